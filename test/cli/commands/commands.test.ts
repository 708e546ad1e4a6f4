import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { iommufdCodecs, iommufdIoctls } from '../../../src/generated/ts/iommufd.ts';
import { uapi } from '../../helpers/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-cli-'));
const schema = join(folder, 'blinker.yaml');
beforeAll(() => {
  process.env['UAPIKIT_CACHE'] = join(folder, 'cache');
  const doc = readFileSync(new URL('../../../docs/spec-language.md', import.meta.url), 'utf8');
  writeFileSync(schema, /```yaml\n([\s\S]*?)```/.exec(doc)?.[1] ?? '');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('uapi', () => {
  it('teaches: help of the program and of every command', async () => {
    const { status, out } = await uapi('--help');
    expect(status).toBe(0);
    const commands = [...out.matchAll(/^ {2}(\w+) {2,}\S/gm)]
      .map((match) => match[1] ?? '')
      .filter((name) => name !== 'help');
    expect(commands).toEqual(expect.arrayContaining(['list', 'layout', 'check', 'gen', 'demo']));
    for (const name of commands) {
      const help = await uapi(name, '--help');
      expect([name, help.status, help.out.includes(`Usage: uapi ${name}`)]).toEqual([name, 0, true]);
    }
  });

  it('answers wrong usage with one line, a hint and status 2', async () => {
    expect(await uapi('layot')).toMatchObject({
      status: 2,
      err: expect.stringContaining("error: unknown command 'layot' (Did you mean layout?)"),
    });
    expect(await uapi('layout', 'iommu_ioas_mpa')).toMatchObject({
      status: 2,
      err: expect.stringContaining('unknown struct iommu_ioas_mpa; did you mean iommu_ioas_map?'),
    });
    expect(await uapi('layout', 'iommu_destroy', '--abi', 'sparc')).toMatchObject({
      status: 2,
      err: expect.stringContaining('unknown abi sparc, expected one of lp64'),
    });
    expect(await uapi('layout', 'iommu_destroy', '--kernel', 'six')).toMatchObject({
      status: 2,
      err: expect.stringContaining('--kernel six is not a release'),
    });
    expect(await uapi('gen', 'cc', '--out', folder)).toMatchObject({
      status: 2,
      err: expect.stringContaining('unknown back-end cc; did you mean c?'),
    });
    expect(await uapi('gen', 'c', join(folder, 'none.yaml'), '--out', folder)).toMatchObject({
      status: 2,
      err: expect.stringContaining('no such file'),
    });
  });
});

describe('uapi check', () => {
  it('says what a good schema holds', async () => {
    expect(await uapi('check', schema)).toEqual({
      status: 0,
      out: `${schema}: ok (1 struct, 1 ioctl)`,
      err: '',
    });
  });

  it('prints every mistake with its place, and exits with 1', async () => {
    const broken = join(folder, 'broken.yaml');
    writeFileSync(
      broken,
      readFileSync(schema, 'utf8')
        .replace('reserved:', 'reservd:')
        .replace('led, type: u32', 'led, type: u33'),
    );
    const { status, out } = await uapi('check', broken);
    expect(status).toBe(1);
    expect(out).toContain(`${broken}:7:28: unknown-type: unknown type u33; did you mean u32?`);
    expect(out).toContain(
      `${broken}:8:35: unknown-key: unknown key reservd in item 2 of fields; did you mean reserved?`,
    );
    expect(out).toContain(`${broken}: 2 errors`);
    const json = JSON.parse((await uapi('check', '--json', broken)).out);
    expect(json[0]).toMatchObject({
      ok: false,
      diagnostics: [
        { code: 'unknown-type', line: 7, column: 28 },
        { code: 'unknown-key', line: 8 },
      ],
    });
  });

  it('finds nothing wrong in the schemas of the package', async () => {
    const { status, out } = await uapi('check');
    expect(status).toBe(0);
    const [structs, ioctls] = [iommufdCodecs, iommufdIoctls].map((table) => Object.keys(table).length);
    expect(out).toContain(`iommufd.yaml: ok (${structs} structs, ${ioctls} ioctls`);
  });
});

describe('uapi layout', () => {
  it('shows a struct of the user', async () => {
    const { out } = await uapi('layout', 'blinker_set', '--schema', schema);
    expect(out).toContain('struct blinker_set {');
    expect(out).toMatch(/__aligned_u64\s+period;\s+\/\*\s+8\s+8 \*\//);
  });

  it('takes an ioctl for its argument, and knows abis and releases', async () => {
    expect((await uapi('layout', 'VFIO_IOMMU_MAP_DMA')).out).toContain('struct vfio_iommu_type1_dma_map {');
    expect(JSON.parse((await uapi('layout', 'vfio_bitmap', '--json')).out)).toMatchObject({ size: 24 });
    expect(JSON.parse((await uapi('layout', 'vfio_bitmap', '--json', '--abi', 'i386')).out)).toMatchObject({
      size: 20,
    });
    expect((await uapi('layout', 'iommu_hw_info', '--kernel', '6.12.117')).out).toContain(
      'out_max_pasid_log2',
    );
    expect((await uapi('layout', 'iommu_hw_info', '--kernel', '6.12')).out).not.toContain(
      'out_max_pasid_log2',
    );
    expect(
      JSON.parse((await uapi('layout', 'iommu_hwpt_alloc', '--json', '--kernel', '6.6')).out),
    ).toMatchObject({ size: 24 });
    expect(
      JSON.parse((await uapi('layout', 'iommu_hwpt_alloc', '--json', '--kernel', '6.12')).out),
    ).toMatchObject({ size: 48 });
  });
});

describe('uapi list', () => {
  it('finds by name and by description', async () => {
    expect((await uapi('list', 'ioas_map')).out).toMatch(/^struct +iommu_ioas_map +40 bytes/m);
    expect((await uapi('list', 'IOAS_MAP')).out).toMatch(/^ioctl +IOMMU_IOAS_MAP +0x3b85 iommufd/m);
    expect(JSON.parse((await uapi('list', '--json')).out).length).toBeGreaterThan(200);
    expect(await uapi('list', 'no-such-word')).toMatchObject({
      status: 1,
      out: '',
      err: 'nothing has no-such-word in its name, number, fd or description',
    });
  });

  it('lists colliding numbers with their kinds of fd', async () => {
    const { out } = await uapi('list', '0x3b70');
    expect(out).toMatch(/VFIO_IOMMU_GET_INFO/);
    expect(out).toMatch(/VFIO_DEVICE_GET_PCI_HOT_RESET_INFO/);
  });
});

describe('uapi gen', () => {
  it('writes, keeps what is there, and checks', async () => {
    const out = join(folder, 'out');
    const header = join(out, 'linux/blinker.h');
    expect((await uapi('gen', 'c', schema, '--out', out)).out).toBe(`wrote ${header}`);
    const { mtimeMs } = statSync(header);
    expect((await uapi('gen', 'c', schema, '--out', out)).out).toBe(`kept  ${header}`);
    expect(statSync(header).mtimeMs).toBe(mtimeMs);
    expect(await uapi('gen', 'c', schema, '--out', out, '--check')).toMatchObject({ status: 0, out: '' });
    writeFileSync(header, readFileSync(header, 'utf8').replace('led', 'LED'));
    expect(await uapi('gen', 'c', schema, '--out', out, '--check')).toMatchObject({
      status: 1,
      out: expect.stringMatching(/blinker\.h:\d+: differs$/),
    });
    rmSync(header);
    expect(await uapi('gen', 'c', schema, '--out', out, '--check')).toMatchObject({
      status: 1,
      out: `${header}: missing`,
    });
  });

  it('says in one line where it cannot write', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await uapi('gen', 'c', schema, '--out', join(folder, 'file'))).toMatchObject({
      status: 2,
      err: expect.stringContaining('cannot write'),
    });
    expect(await uapi('gen', 'c', schema, '--out', '/proc/nowhere')).toMatchObject({
      status: 2,
      err: expect.stringContaining('cannot write'),
    });
  });

  it('does not trust a damaged cache', async () => {
    mkdirSync(join(folder, 'cache'), { recursive: true });
    await uapi('check', schema);
    const first = await uapi('layout', 'blinker_set', '--schema', schema);
    const models = readdirSync(join(folder, 'cache'));
    expect(models.length).toBeGreaterThan(0);
    for (const name of models) writeFileSync(join(folder, 'cache', name), 'damaged');
    expect(await uapi('layout', 'blinker_set', '--schema', schema)).toEqual(first);
  });
});

describe('uapi demo', () => {
  it('proves the headers', async () => {
    const { status, out } = await uapi('demo');
    expect(out).toMatch(/All \d+ facts are equal\.$/);
    expect(out).toContain('MSI-X');
    expect(out).toContain('iova_ranges');
    expect(status).toBe(0);
  });
});
