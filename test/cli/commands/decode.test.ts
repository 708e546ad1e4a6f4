import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uapi } from '../../helpers/run-cli.ts';
import { recordedLines } from '../dumps.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-decode-'));
beforeAll(() => {
  // Shared with other tests: to read all schemas takes seconds.
  process.env['UAPIKIT_CACHE'] = join(tmpdir(), 'uapikit-test-cache');
});
afterAll(() => rmSync(folder, { recursive: true }));

const map = '2800000006000000010000000000000000d05b3a8d7f00000010000000000000000000000000000000'.slice(0, 80);
const reply =
  recordedLines('qemu-q35.jsonl.gz').find(
    ({ name, argsz }) => name === 'VFIO_IOMMU_GET_INFO' && argsz === 512,
  )?.out ?? '';

async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { status, out, err } = await uapi('decode', ...args, '--json');
  expect([args, status, err]).toEqual([args, 0, '']);
  return JSON.parse(out) as Record<string, unknown>;
}

describe('uapi decode', () => {
  it('gives 64-bit integers as "0x..." and smaller ones as numbers', async () => {
    expect(await json('iommu_ioas_map', map)).toEqual({
      name: 'iommu_ioas_map',
      size: 40,
      fields: {
        size: 40,
        flags: 6,
        ioas_id: 1,
        __reserved: 0,
        user_va: '0x7f8d3a5bd000',
        length: '0x1000',
        iova: '0x0',
      },
      chains: {},
      issues: [],
    });
  });

  it('shows the chain behind a struct', async () => {
    const document = await json('vfio_iommu_type1_info', reply);
    expect(document).toMatchObject({ name: 'vfio_iommu_type1_info', size: 24, issues: [] });
    const chains = document['chains'] as Record<
      string,
      { name: string; id: number; version: number; offset: number }[]
    >;
    expect(Object.keys(chains)).toEqual(['vfio_iommu_type1_info_caps']);
    expect(
      chains['vfio_iommu_type1_info_caps']?.map(({ id, version, offset, name }) => [
        id,
        version,
        offset,
        name,
      ]),
    ).toEqual([
      [2, 1, 24, 'vfio_iommu_type1_info_cap_migration'],
      [3, 1, 56, 'vfio_iommu_type1_info_dma_avail'],
      [1, 1, 72, 'vfio_iommu_type1_info_cap_iova_range'],
    ]);
    const { out } = await uapi('decode', 'vfio_iommu_type1_info', reply);
    expect(out).toMatch(/flags +0x00000003 +PGSIZES\|CAPS/);
    expect(out).toMatch(/\[0x48\] .*id 1 version 1, 48 bytes {2}vfio_iommu_type1_info_cap_iova_range/);
    expect(out).toMatch(/0060 {2}end +0x00000000fedfffff/);
  });

  it('calls a capability that is only a header by the name of its id, and reads that name again', async () => {
    const words = [40, 8, 0, 32, 0x1000, 0, 0, 0, 3 | 0x10000, 0];
    const hex = Buffer.from(new Uint8Array(Uint32Array.from(words).buffer)).toString('hex');
    const decoded = await json('vfio_region_info', hex);
    expect(decoded['chains']).toEqual({
      vfio_region_info_caps: [
        {
          id: 3,
          version: 1,
          offset: 32,
          name: 'VFIO_REGION_INFO_CAP_MSIX_MAPPABLE',
          size: 8,
          fields: { id: 3, version: 1, next: 0 },
        },
      ],
    });
    const { out } = await uapi('decode', 'vfio_region_info', hex);
    expect(out).toContain('The pages with the MSI-X table can be mapped too, id 3 version 1, 8 bytes');
    expect(out).not.toContain('vfio_info_cap_header');
    const again = await uapi('encode', 'vfio_region_info', JSON.stringify(decoded));
    expect(again.out.trim()).toBe(hex);
  });

  it('knows ioctls by name and number', async () => {
    const expected = await json('iommu_ioas_map', map);
    const named = { ...expected, ioctl: 'IOMMU_IOAS_MAP', fds: ['iommufd'] };
    expect(await json('IOMMU_IOAS_MAP', map)).toEqual(named);
    expect(await json('0x3b85', map)).toEqual(named);
    expect(await json('15237', map)).toEqual(named);
  });

  it('names ioctls of a number whose argument is nothing to decode', async () => {
    const { out, status } = await uapi('decode', '0x3b6a', '00');
    expect(status).toBe(0);
    expect(out).toMatch(
      /^2 ioctls have the number 0x3b6a.*IOAS_MAP_DMA of ioas.*VFIO_GROUP_GET_DEVICE_FD of vfio_group/,
    );
  });

  it('shows every ioctl of a number that collides, and the one that --fd chooses', async () => {
    const all = (await json('0x3b71', map)) as unknown as { ioctl: string; name: string; fds: string[] }[];
    expect(all.map(({ ioctl, name }) => [ioctl, name])).toEqual(
      expect.arrayContaining([
        ['VFIO_DEVICE_PCI_HOT_RESET', 'vfio_pci_hot_reset'],
        ['VFIO_IOMMU_MAP_DMA', 'vfio_iommu_type1_dma_map'],
      ]),
    );
    expect(await json('0x3b71', map, '--fd', 'vfio_container')).toMatchObject({
      name: 'vfio_iommu_type1_dma_map',
    });
    const { out } = await uapi('decode', '0x3b71', map);
    expect(out).toMatch(
      /^\d ioctls have the number 0x3b71; --fd chooses: .*VFIO_IOMMU_MAP_DMA of vfio_container/,
    );
    expect(out).toContain('struct vfio_pci_hot_reset');
  });

  it('reads the order of a big-endian machine', async () => {
    const swapped = '00000028000000060000000100000000';
    const document = await json('iommu_ioas_map', `${swapped}${'00'.repeat(24)}`, '--endian', 'big');
    expect(document['fields']).toMatchObject({ size: 40, flags: 6, ioas_id: 1 });
  });

  it('counts missing bytes as 0 and says so, and looks at bytes behind', async () => {
    const short = await json('iommu_ioas_map', map.slice(0, 24));
    expect(short['issues']).toMatchObject([{ code: 'too-short', offset: 12, expected: 40 }]);
    expect(short['fields']).toMatchObject({ ioas_id: 1, iova: '0x0' });
    const long = await json('iommu_ioas_map', `${map}0001`);
    expect(long['issues']).toMatchObject([{ code: 'trailing-bytes', offset: 41 }]);
    expect((await json('iommu_ioas_map', `${map}0000`))['issues']).toEqual([]);
  });

  it('decodes with the schema of a user', async () => {
    const schema = join(folder, 'lamp.yaml');
    writeFileSync(
      schema,
      [
        'uapi: 1',
        'name: lamp',
        'flags:',
        '  lamp_flags: { doc: D., prefix: LAMP_, values: [{ name: LAMP_ON, bit: 0, doc: On. }] }',
        'structs:',
        '  lamp:',
        '    doc: A lamp.',
        '    fields:',
        '      - { name: flags, type: u32, flags: lamp_flags, doc: State. }',
        '      - { name: name, type: "char[4]", text: ascii, doc: Its name. }',
        '      - { name: serial, type: u64, format: hex, doc: Number. }',
        '',
      ].join('\n'),
    );
    const bytes = '05000000 6b697400 0807060504030201';
    expect((await json('lamp', bytes, '--schema', schema))['fields']).toEqual({
      flags: 5,
      name: 'kit',
      serial: '0x102030405060708',
    });
    const { out } = await uapi('decode', 'lamp', bytes, '--schema', schema);
    expect(out).toMatch(/flags +0x00000005 +ON\|0x4 \(unknown\)/);
    expect(out).toContain('"kit"');
  });

  it('says what handles are the ids of, and shows reserved fields only where they are set', async () => {
    const { out } = await uapi('decode', 'iommu_ioas_map', map);
    expect(out).toMatch(/ioas_id +ioas 1 /);
    expect(out).not.toContain('__reserved');
    const set = `${map.slice(0, 24)}07000000${map.slice(32)}`;
    expect((await uapi('decode', 'iommu_ioas_map', set)).out).toMatch(/__reserved +7 +reserved, but set/);
    expect((await uapi('decode', 'IOMMU_DESTROY', '0800000007000000')).out).toMatch(/id +object 7 /);
    expect((await uapi('decode', 'iommu_ioas_copy', '28')).out).toMatch(/dst_ioas_id +ioas 0 /);
  });

  it('shows with --hex every byte beside its field', async () => {
    const { out } = await uapi('decode', 'iommu_ioas_map', map, '--hex');
    expect(out).toContain('  0004  |06 00 00 00            |  flags ');
    expect(out).toMatch(/000c {2}\|00 00 00 00 +\| {2}__reserved +0 +reserved/);
    const beside = [...out.matchAll(/\|([0-9a-f ]+)\|/g)].map(([, bytes]) => bytes?.replaceAll(' ', ''));
    expect(beside.join('')).toBe(map);
    const register = await uapi('decode', 'vfio_iommu_type1_info', reply, '--hex');
    const shown = [...register.out.matchAll(/\|([0-9a-f ]+)\|/g)].map(([, bytes]) =>
      bytes?.replaceAll(' ', ''),
    );
    expect(shown.join('')).toBe(reply.slice(0, shown.join('').length));
  });

  it('decodes with --mem what fields point to, as the schema says', async () => {
    const ranges = join(folder, 'ranges.bin');
    writeFileSync(
      ranges,
      Buffer.from(
        '0000000000000000ffff000000000000 0000100000000000ff0f100000000000'.replaceAll(' ', ''),
        'hex',
      ),
    );
    const allow = '180000000100000003000000000000000000000002000000';
    const { out } = await uapi('decode', 'IOMMU_IOAS_ALLOW_IOVAS', allow, '--mem', `0x200000000=${ranges}`);
    expect(out).toMatch(/allowed_iovas +0x0000000200000000/);
    expect(out).toMatch(/\[1\][\s\S]*start +0x0000000000100000[\s\S]*last +0x0000000000100fff/);
    expect(out).toContain('what follows is not known');
    const document = await json('IOMMU_IOAS_ALLOW_IOVAS', allow, '--mem', `0x200000000=${ranges}`);
    expect(document['memory']).toEqual({
      allowed_iovas: {
        address: '0x200000000',
        complete: false,
        name: 'iommu_iova_range',
        elements: [
          { start: '0x0', last: '0xffff' },
          { start: '0x100000', last: '0x100fff' },
        ],
      },
    });
    const data = join(folder, 'data.bin');
    writeFileSync(data, Buffer.from('efbead0b', 'hex'));
    const alloc = '300000000000000009000000080000000000000000000000adde0000040000000000000002000000'.padEnd(
      96,
      '0',
    );
    const typed = await json('IOMMU_HWPT_ALLOC', alloc, '--mem', `0x200000000=${data}`);
    expect(typed['memory']).toMatchObject({
      data_uptr: { name: 'iommu_hwpt_selftest', elements: [{ iotlb: 0xbadbeef }] },
    });
  });

  it('decodes arrays: as many structs as there are bytes for', async () => {
    const two = '0000000000000000ff0000000000000000100000000000002f10000000000000';
    for (const args of [
      ['iommu_iova_range[]', two],
      ['iommu_iova_range', two, '--array'],
    ]) {
      const documents = (await json(...args)) as unknown as {
        offset: number;
        fields: object;
        issues: object[];
      }[];
      expect(documents.map(({ offset, fields, issues }) => ({ offset, fields, issues }))).toEqual([
        { offset: 0, fields: { start: '0x0', last: '0xff' }, issues: [] },
        { offset: 16, fields: { start: '0x1000', last: '0x102f' }, issues: [] },
      ]);
    }
    const cut = (await json('iommu_iova_range[]', `${two}aa`)) as unknown as { issues: { code: string }[] }[];
    expect(cut[2]?.issues).toMatchObject([{ code: 'too-short' }]);
    const { err } = await uapi('decode', 'vfio_irq_set[]', two);
    expect(err).toContain('the size of vfio_irq_set depends on its contents');
  });

  it('answers what it cannot read with one line and status 2', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['iommu_ioas_mpa', map], /unknown struct or ioctl iommu_ioas_mpa; did you mean iommu_ioas_map/],
      [['0x1', map], /no ioctl has the number 0x1/],
      [['0x3b85', map, '--fd', 'vfio_device'], /no ioctl of vfio_device has the number 0x3b85/],
      [['0x3b85', map, '--fd', 'iommufdd'], /no such kind of file; did you mean iommufd/],
      [['VFIO_GET_API_VERSION', map], /has no argument/],
      [['iommu_ioas_map', 'abc'], /odd number of hex digits/],
      [['iommu_ioas_map', map, '--abi', 'vax'], /unknown abi vax/],
      [['iommu_ioas_map', map, '--endian', 'middle'], /expected little or big/],
      [['iommu_ioas_map', map, '--kernel', 'six'], /--kernel six is not a release/],
      [['iommu_ioas_iova_ranges', ''], /no hex digits/],
      [['iommu_ioas_map', map, '--mem', '0x1000'], /--mem 0x1000: expected ADDR=FILE/],
      [['iommu_ioas_map', map, '--mem', '0x1000=/nonexistent'], /cannot read \/nonexistent: no such file/],
    ];
    for (const [args, message] of cases) {
      const { status, out, err } = await uapi('decode', ...args);
      expect([args, status, out]).toEqual([args, 2, '']);
      expect(err).toMatch(/^uapi: error: /);
      expect(err).toMatch(message);
    }
  });
});
