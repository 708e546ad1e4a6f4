import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uapi } from '../helpers/run-cli.ts';
import { recordedLines } from './dumps.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-decode-'));
beforeAll(() => {
  process.env['UAPIKIT_CACHE'] = join(folder, 'cache');
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

  it('knows ioctls by name and number', async () => {
    const expected = await json('iommu_ioas_map', map);
    const named = { ...expected, ioctl: 'IOMMU_IOAS_MAP', fds: ['iommufd'] };
    expect(await json('IOMMU_IOAS_MAP', map)).toEqual(named);
    expect(await json('0x3b85', map)).toEqual(named);
    expect(await json('15237', map)).toEqual(named);
  });

  it('shows every ioctl of a number that collides, and the one that --fd chooses', async () => {
    const all = (await json('0x3b71', map)) as unknown as { ioctl: string; name: string; fds: string[] }[];
    expect(all.map(({ ioctl, name }) => [ioctl, name])).toEqual([
      ['VFIO_DEVICE_PCI_HOT_RESET', 'vfio_pci_hot_reset'],
      ['VFIO_IOMMU_MAP_DMA', 'vfio_iommu_type1_dma_map'],
    ]);
    expect(await json('0x3b71', map, '--fd', 'vfio_container')).toMatchObject({
      name: 'vfio_iommu_type1_dma_map',
    });
    const { out } = await uapi('decode', '0x3b71', map);
    expect(out).toContain('2 ioctls have the number 0x3b71');
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
      name: '6b697400',
      serial: '0x102030405060708',
    });
    const { out } = await uapi('decode', 'lamp', bytes, '--schema', schema);
    expect(out).toMatch(/flags +0x00000005 +ON\|0x4 \(unknown\)/);
    expect(out).toContain('"kit"');
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
      [['iommu_ioas_map', map, '--kernel', 'six'], /--kernel six is no release/],
      [['iommu_ioas_iova_ranges', ''], /no hex digits/],
    ];
    for (const [args, message] of cases) {
      const { status, out, err } = await uapi('decode', ...args);
      expect([args, status, out]).toEqual([args, 2, '']);
      expect(err).toMatch(/^uapi: error: /);
      expect(err).toMatch(message);
    }
  });
});
