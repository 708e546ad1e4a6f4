import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uapi } from '../../helpers/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-validate-'));
beforeAll(() => {
  process.env['UAPIKIT_CACHE'] = join(folder, 'cache');
});
afterAll(() => rmSync(folder, { recursive: true }));

const trace = fileURLToPath(new URL('../../data/validate/core.jsonl.gz', import.meta.url));
const recorded = gunzipSync(readFileSync(trace)).toString();

/** 32-bit words, little-endian, as hex digits. */
function hex(...words: readonly number[]): string {
  return Buffer.from(Uint32Array.from(words).buffer).toString('hex');
}

function file(name: string, contents: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

const map = hex(40, 6, 1, 0, 0, 1, 0x1000, 0, 0, 0);

async function json(
  ...args: readonly string[]
): Promise<{ status: number; document: Record<string, unknown> }> {
  const { status, out, err } = await uapi('validate', ...args, '--json');
  expect(err).toBe('');
  return { status, document: JSON.parse(out) as Record<string, unknown> };
}

describe('uapi validate', () => {
  it('exits 0 where the payload passes, and says what is left open', async () => {
    const { status, out } = await uapi('validate', 'IOMMU_IOAS_MAP', map);
    expect(status).toBe(0);
    expect(out).toContain('iommu_ioas_map, 40 bytes: nothing wrong');
    expect(out).toContain('depends on state or memory: ioas-exists');
  });

  it('exits 1 where the kernel would refuse, and says which check answers', async () => {
    const { status, out } = await uapi(
      'validate',
      'iommu_ioas_map',
      hex(40, 0x12, 1, 1, 0, 1, 0x1000, 0, 0, 0),
    );
    expect(status).toBe(1);
    expect(out.split('\n')).toEqual([
      'iommu_ioas_map, 40 bytes: 2 errors',
      '  error: flags at 0x4: unknown-flags: expected no bits but FIXED_IOVA|WRITEABLE|READABLE (0x7), found 18 (flags-and-reserved, EOPNOTSUPP)',
      '  error: __reserved at 0xc: reserved-set: expected 0, found 1 (flags-and-reserved, EOPNOTSUPP)',
      'The kernel answers EOPNOTSUPP (flags-and-reserved).',
    ]);
  });

  it('names no errno where another check may come first', async () => {
    const { status, document } = await json('IOMMU_OPTION', hex(24, 1, 7, 3, 0, 0));
    expect(status).toBe(1);
    expect(document).toEqual({
      name: 'iommu_option',
      size: 24,
      given: 24,
      ioctl: 'IOMMU_OPTION',
      fds: ['iommufd'],
      issues: [
        {
          code: 'unknown-value',
          path: 'op',
          offset: 8,
          length: 2,
          expected: [0, 1],
          actual: 7,
          severity: 'error',
          errno: 'EOPNOTSUPP',
          rule: 'known-op',
        },
      ],
      verdict: {
        errno: null,
        check: 'known-op',
        refusal: 'EOPNOTSUPP',
        certain: false,
        dependsOn: ['object-exists'],
        open: [
          {
            check: 'object-exists',
            errnos: ['ENOENT'],
            doc: 'object_id names an existing object: ioas.',
          },
        ],
      },
    });
  });

  it('says what a file asks for before it looks at the argument', async () => {
    const info = hex(24, 0, 0, 0, 0, 0);
    const any = await uapi('validate', 'VFIO_DEVICE_GET_INFO', info);
    expect([any.status, any.out.split('\n').slice(1)]).toEqual([
      0,
      [
        'The payload passes. The kernel answers 0 unless a check refuses it that depends on state or memory: bound.',
        '  bound, otherwise EINVAL: The device is bound to an iommufd (VFIO_DEVICE_BIND_IOMMUFD).',
      ],
    ]);
    const { document } = await json('VFIO_DEVICE_GET_INFO', info, '--fd', 'vfio_device_cdev');
    expect(document['verdict']).toEqual({
      errno: null,
      check: null,
      refusal: null,
      certain: false,
      dependsOn: ['bound'],
      open: [
        {
          check: 'bound',
          errnos: ['EINVAL'],
          doc: 'The device is bound to an iommufd (VFIO_DEVICE_BIND_IOMMUFD).',
        },
      ],
    });
    // A device that its group opened is always ready.
    const grouped = await uapi('validate', 'VFIO_DEVICE_GET_INFO', info, '--fd', 'vfio_device');
    expect(grouped.out).toContain(
      'The kernel answers 0, as long as there is memory and the argument can be written.',
    );
    // Too small a struct is EINVAL, bound or not; binding asks for nothing.
    const short = await uapi('validate', 'VFIO_DEVICE_GET_INFO', hex(8, 0, 0, 0, 0, 0));
    expect(short.out).toContain('The kernel answers EINVAL (first-release).');
    const bind = await json('VFIO_DEVICE_BIND_IOMMUFD', hex(16, 0, 5, 0));
    expect((bind.document['verdict'] as { dependsOn: string[] }).dependsOn).not.toContain('bound');
  });

  it('does not answer for a container without a model, nor with what only an iommufd checks', async () => {
    const { out } = await uapi(
      'validate',
      'VFIO_IOMMU_GET_INFO',
      hex(24, 0, 0, 0, 0, 0),
      '--fd',
      'vfio_container',
    );
    expect(out).toContain('depends on state or memory: model-set, translating.');
    const emulated = await uapi('validate', 'VFIO_IOMMU_GET_INFO', hex(24, 0, 0, 0, 0, 0), '--fd', 'iommufd');
    expect(emulated.out).toContain('depends on state or memory: compat-ioas.');
    const dirty = await uapi('validate', 'VFIO_IOMMU_DIRTY_PAGES', hex(4, 1));
    expect(dirty.out).toContain('comes first: translating, type1v2.');
  });

  it('takes a warning for what the kernel lets pass', async () => {
    const { status, out } = await uapi('validate', 'IOMMU_HWPT_SET_DIRTY_TRACKING', hex(16, 1, 2, 7));
    expect([status, out]).toEqual([0, expect.stringContaining('1 warning')]);
  });

  it('looks into memory that is given', async () => {
    const ranges = file('ranges.bin', new Uint8Array(BigUint64Array.of(0x5000n, 0x4000n).buffer));
    const payload = hex(24, 1, 1, 0, 0, 2);
    expect((await uapi('validate', 'IOMMU_IOAS_ALLOW_IOVAS', payload)).status).toBe(0);
    const { status, document } = await json(
      'IOMMU_IOAS_ALLOW_IOVAS',
      payload,
      '--mem',
      `0x200000000=${ranges}`,
    );
    expect(status).toBe(1);
    expect(document['issues']).toMatchObject([
      { path: '*allowed_iovas[0].start', expected: 'start < last', errno: 'EINVAL', offset: 0 },
    ]);
  });

  it('asks which kind of file a number is for, and uses it in rules', async () => {
    const payload = hex(32, 4, 0, 0, 0, 0, 0x1000, 0);
    const both = await uapi('validate', '0x3b71', payload);
    expect([both.status, both.err]).toEqual([2, expect.stringContaining('--fd chooses')]);
    const { document } = await json('0x3b71', payload, '--fd', 'iommufd');
    expect(document['verdict']).toMatchObject({ errno: 'EINVAL', check: 'no-vaddr-on-iommufd' });
  });

  it('finds broken chains in replies', async () => {
    const reply = hex(32, 3, 0, 0, 24, 0, 0x00010003, 24);
    const { status, document } = await json('VFIO_IOMMU_GET_INFO', reply, '--fd', 'iommufd');
    expect(status).toBe(1);
    expect(JSON.stringify(document['issues'])).toMatch(/broken-chain.*chain:/);
  });

  it('as of another release knows other sizes and rules', async () => {
    const info = hex(40, 0, 1, 0, 0, 0, 0, 0, 0, 0);
    expect((await uapi('validate', 'IOMMU_GET_HW_INFO', info)).status).toBe(0);
    expect((await uapi('validate', 'IOMMU_GET_HW_INFO', info, '--kernel', '6.6')).out).toContain(
      '40 bytes of 32',
    );
  });

  it('reads other byte orders', async () => {
    const bytes = Buffer.from(Uint32Array.from([12, 1, 0]).buffer)
      .swap32()
      .toString('hex');
    const { out } = await uapi('validate', 'iommu_ioas_alloc', bytes, '--endian', 'big');
    expect(out).toContain('The kernel answers EOPNOTSUPP (no-flags).');
  });

  it.each([
    ['odd hex', ['iommu_ioas_map', 'abc'], 'odd number of hex digits'],
    ['no hex', ['iommu_ioas_map', 'xyz'], 'neither an existing file nor hex digits'],
    ['an unknown name', ['iommu_ioas_mapp', '00'], 'did you mean'],
    ['no name', [], 'no NAME'],
    ['bad memory', ['iommu_ioas_map', map, '--mem', '0x10'], 'expected ADDR=FILE'],
    ['memory that is not there', ['iommu_ioas_map', map, '--mem', '0=/no/such/file'], 'no such file'],
    ['an unknown abi', ['iommu_ioas_map', map, '--abi', 'vax'], 'unknown abi vax'],
    ['a name and a trace', ['iommu_ioas_map', '--trace', trace], '--trace takes the place'],
    ['a trace that is not there', ['--trace', '/no/such/trace'], 'no such file'],
  ])('answers %s with one line and status 2', async (_, args, message) => {
    const { status, out, err } = await uapi('validate', ...args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err.split('\n').length).toBeLessThanOrEqual(2);
  });
});

describe('uapi validate --trace', () => {
  it('gives every call its answer, where the payload decides it', async () => {
    const { status, out } = await uapi('validate', '--trace', trace, '--json');
    const calls = JSON.parse(out) as {
      seq: number;
      name: string;
      errno: string | null;
      check: string | null;
    }[];
    const lines = recorded
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line));
    expect(status).toBe(0);
    expect(calls.map(({ seq }) => seq)).toEqual(lines.map(({ seq }) => seq));
    expect(calls.map(({ name }) => name)).toEqual(lines.map(({ name, op }) => name ?? op));
    for (const [i, { errno }] of calls.entries()) if (errno !== null) expect(errno).toBe(lines[i]?.errno);
    expect(new Set(calls.map((call) => Object.keys(call).join())).size).toBe(1);
    expect(calls.filter(({ errno }) => errno !== null).length).toBeGreaterThan(40);
  });

  it('asks the file that the call was made on, not always an iommufd', async () => {
    // Answers of a /dev/vfio/vfio that VFIO is behind, and of a device's own node.
    const call = (name: string, cmd: number, bytes: string, errno: string, more: object = {}): string =>
      JSON.stringify({ seq: 1, fd: 3, name, cmd, in: bytes, out: bytes, ret: -1, errno, ...more });
    const range = hex(0, 1, 0x1000000, 0, 0x10000, 0);
    const calls = [
      call('VFIO_IOMMU_MAP_DMA', 0x3b71, hex(32, 3) + range, 'EINVAL'),
      call('VFIO_IOMMU_UNMAP_DMA', 0x3b72, hex(24, 0, 0x1000000, 0, 0x10000, 0), 'EINVAL'),
      call('IOMMU_IOAS_ALLOC', 0x3b81, hex(12, 0, 0), 'EINVAL'),
      call('IOMMU_VFIO_IOAS', 0x3b88, hex(12, 0, 1), 'EINVAL'),
      call('VFIO_SET_IOMMU', 0x3b66, '', 'EINVAL', { value: 3 }),
      call('VFIO_SET_IOMMU', 0x3b66, '', 'EINVAL', { value: 99 }),
      call('VFIO_IOMMU_GET_INFO', 0x3b70, hex(16, 0, 0, 0, 0, 0), 'EINVAL'),
      call('UNKNOWN', 0x3bff, '', 'EINVAL'),
    ];
    const opened = (path: string, ret: number): string =>
      JSON.stringify({ seq: 0, op: 'open', path, ret, errno: '0' });
    const header = recorded.slice(0, recorded.indexOf('\n'));
    const container = file('container.jsonl', [header, opened('/dev/vfio/vfio', 3), ...calls].join('\n'));
    const judged = await uapi('validate', '--trace', container);
    expect([judged.status, judged.out]).toEqual([0, expect.stringContaining('as the kernel gave them')]);
    const replayed = await uapi('replay', container);
    expect([replayed.status, replayed.out]).toEqual([0, expect.stringContaining('9 calls, all as recorded')]);
    const shown = await uapi('trace', container);
    expect(shown.out).toContain('ioctl(3<vfio_container>, VFIO_IOMMU_MAP_DMA, {');
    const read = { op: 'read', fd: 4, len: 4, ret: 4, errno: '0', data: '86801f10' };
    const node = file(
      'node.jsonl',
      [
        header,
        opened('/dev/vfio/devices/vfio0', 4),
        call('VFIO_DEVICE_GET_INFO', 0x3b6b, hex(24, 0, 0, 0, 0, 0), 'EINVAL', { fd: 4 }),
        JSON.stringify({ seq: 2, ...read }),
      ].join('\n'),
    );
    expect((await uapi('validate', '--trace', node)).status).toBe(0);
  });

  it('finds a call that was answered otherwise', async () => {
    const lines = recorded.split('\n');
    const at = lines.findIndex((line) => line.includes('"E2BIG"'));
    lines[at] = lines[at]?.replace('"ret":-1,"errno":"E2BIG"', '"ret":0,"errno":"0"') ?? '';
    const { status, out } = await uapi('validate', '--trace', file('changed.jsonl', lines.join('\n')));
    expect(status).toBe(1);
    expect(out).toContain('but the payload says E2BIG by zero-tail');
    expect(out).toMatch(/, 1 of them other than the kernel's\.$/);
  });

  it.each([
    ['a broken line', recorded.replace('"seq":5,', '"seq":,'), 'line 7: not JSON'],
    ['no header', recorded.slice(recorded.indexOf('\n') + 1), 'line 1: the header of a trace is missing'],
    ['nothing', '', 'line 1: the trace is empty'],
    ['a gzip file cut short', gzipSync(recorded).subarray(0, 9000), 'is a broken gzip file: it is cut short'],
    [
      'a kernel without a release',
      recorded.replace('"6.12.117"', '"mine"'),
      '"mine", which is not a release',
    ],
  ])('answers %s with one line and status 2', async (_, contents, message) => {
    const { status, err } = await uapi('validate', '--trace', file('bad', contents));
    expect(status).toBe(2);
    expect(err).toContain(message);
    expect(err.split('\n').length).toBe(1);
  });
});
