import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uapi } from '../../helpers/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-trace-'));
beforeAll(() => {
  // Shared with other tests: to read all schemas takes seconds.
  process.env['UAPIKIT_CACHE'] = join(tmpdir(), 'uapikit-test-cache');
});
afterAll(() => rmSync(folder, { recursive: true }));

const header =
  '{"trace":1,"kernel":"6.12.117","machine":"x86_64","page_size":4096,"profile":"","seed":0,"arena":["0x100000000","0x4000000"],"scratch":["0x200000000","0x100000"]}';

interface Call {
  readonly name: string;
  readonly cmd: number;
  /** Argument before the call, in hex. */
  readonly in: string;
  readonly out?: string;
  readonly errno?: string;
  readonly ret?: number;
  readonly bufs?: readonly { readonly addr: string; readonly in: string; readonly out: string }[];
  readonly value?: number;
}

/** A trace of calls that are written out here; what is not said of them is that they worked and changed nothing. */
function traceOf(...calls: readonly (Call | Record<string, unknown>)[]): string {
  const path = join(folder, 'calls.jsonl');
  const lines = calls.map((call, seq) => {
    const errno = (call['errno' as keyof typeof call] as string | undefined) ?? '0';
    const common = { seq, ret: errno === '0' ? 0 : -1, errno };
    return JSON.stringify({ ...common, ...('in' in call ? { out: call.in } : {}), ...call });
  });
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`);
  return path;
}

async function linesOf(...args: readonly string[]): Promise<readonly string[]> {
  const { status, out, err } = await uapi('trace', ...args);
  expect([args, status, err]).toEqual([args, 0, '']);
  return out.split('\n');
}

function recorded(name: string): string {
  return join(import.meta.dirname, '../../data/traces', name);
}

const map: Call = {
  name: 'IOMMU_IOAS_MAP',
  cmd: 0x3b85,
  in: '280000000500000002000000000000000000b0220001000000000300000000000080a80100000000'.slice(0, 80),
};

describe('uapi trace', () => {
  it('writes calls as strace does', async () => {
    const call = {
      ...map,
      in: '28000000050000000200000000000000 00b0220001000000 0000030000000000 00801a8000000000'.replaceAll(
        ' ',
        '',
      ),
      errno: 'EEXIST',
    };
    expect(await linesOf(traceOf(call))).toEqual([
      'ioctl(iommufd, IOMMU_IOAS_MAP, {flags=FIXED_IOVA|READABLE, ioas_id=2, user_va=0x10022b000, length=0x30000, iova=0x801a8000}) = -1 EEXIST',
    ]);
  });

  it('shows what the call says behind an arrow, and members that it does not take only where it failed', async () => {
    const bytes = (iova: string): string =>
      `2800000004000000020000000000000000b022000100000000000300000000${`00${iova}`}`;
    const call = { ...map, in: bytes('0000100000000000'), out: bytes('0000200000000000') };
    const [worked, failed] = await linesOf(traceOf(call, { ...call, out: call.in, errno: 'ENOENT' }));
    const given = 'flags=READABLE, ioas_id=2, user_va=0x10022b000, length=0x30000';
    expect(worked).toBe(`ioctl(iommufd, IOMMU_IOAS_MAP, {${given}}) = 0 => {iova=0x200000}`);
    expect(failed).toBe(`ioctl(iommufd, IOMMU_IOAS_MAP, {${given}, iova=0x100000}) = -1 ENOENT`);
  });

  it('shows sizes that are not the own one, reserved fields that are set, and bytes behind the struct', async () => {
    const alloc = { name: 'IOMMU_IOAS_ALLOC', cmd: 0x3b81 };
    expect(
      await linesOf(
        traceOf(
          { ...alloc, in: '0c0000000000000000000000', out: '0c0000000000000001000000' },
          { ...alloc, in: '080000000100000000000000', errno: 'EINVAL' },
          { ...alloc, in: '0e00000000000000000000000700', errno: 'E2BIG' },
        ),
      ),
    ).toEqual([
      'ioctl(iommufd, IOMMU_IOAS_ALLOC, {}) = 0 => {out_ioas_id=1}',
      'ioctl(iommufd, IOMMU_IOAS_ALLOC, {size=8, flags=1}) = -1 EINVAL',
      'ioctl(iommufd, IOMMU_IOAS_ALLOC, {size=14, /* bytes 12..13 */ "\\x07\\x00"}) = -1 E2BIG',
    ]);
  });

  it('names unknown flags, values and requests by their numbers', async () => {
    const option = { name: 'IOMMU_OPTION', cmd: 0x3b87 };
    expect(
      await linesOf(
        traceOf(
          { ...option, in: '180000000900000000000000000000000000000000000000', errno: 'EOPNOTSUPP' },
          { name: 'UNKNOWN', cmd: 0x3b9f, in: '0800000000000000', errno: 'ENOTTY' },
          { name: 'VFIO_CHECK_EXTENSION', cmd: 0x3b65, in: '', value: 3, ret: 1 },
          { name: 'VFIO_GET_API_VERSION', cmd: 0x3b64, in: '' },
        ),
      ),
    ).toEqual([
      'ioctl(iommufd, IOMMU_OPTION, {option_id=0x9 /* IOMMU_OPTION_??? */, op=SET, val64=0}) = -1 EOPNOTSUPP',
      'ioctl(iommufd, _IOC(_IOC_NONE, 0x3b, 0x9f, 0), "\\x08\\x00\\x00\\x00\\x00\\x00\\x00\\x00") = -1 ENOTTY',
      'ioctl(iommufd, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) = 1',
      'ioctl(iommufd, VFIO_GET_API_VERSION) = 0',
    ]);
  });

  it('expands payloads by their type, arrays that are read, and no more of arrays that are written than there was room for', async () => {
    const [alloc, ranges] = await linesOf(
      traceOf(
        {
          name: 'IOMMU_HWPT_ALLOC',
          cmd: 0x3b89,
          in: '3000000000000000090000000800000000000000000000 00adde00000400000000000000 02000000000000000000000000'.replaceAll(
            ' ',
            '',
          ),
          errno: 'ENOENT',
          bufs: [{ addr: '0x200000000', in: 'efbead0b', out: 'efbead0b' }],
        },
        {
          name: 'IOMMU_IOAS_IOVA_RANGES',
          cmd: 0x3b84,
          in: '2000000001000000010000000000000000000000020000000000000000000000',
          out: '2000000001000000030000000000000000000000020000000010000000000000',
          errno: 'EMSGSIZE',
          bufs: [
            {
              addr: '0x200000000',
              in: 'ee'.repeat(32),
              out: `0000000000000000ffff000000000000${'ee'.repeat(16)}`,
            },
          ],
        },
      ),
    );
    expect(alloc).toContain('data_type=SELFTEST, data_len=4, data_uptr={iotlb=0xbadbeef}');
    expect(ranges).toBe(
      'ioctl(iommufd, IOMMU_IOAS_IOVA_RANGES, {ioas_id=1, num_iovas=1, allowed_iovas=0x200000000}) = -1 EMSGSIZE => {num_iovas=3, allowed_iovas=[{start=0, last=0xffff}], out_iova_alignment=0x1000}',
    );
  });

  it('decodes records of fault queues, commands of the mock driver, and chains', async () => {
    const fault = await linesOf(recorded('fault-201.jsonl.gz'));
    expect(fault.find((line) => line.startsWith('read(') && line.includes('cookie'))).toMatch(
      /^read\(\d+, \[\{flags=(PASID_VALID\|)?LAST_PAGE, dev_id=\d+, pasid=\d+, grpid=\d+, perm=[A-Z|]+, addr=0x[0-9a-f]+, length=0, cookie=\d+\}[^\]]*\], \d+\) = \d+$/,
    );
    expect(fault.find((line) => line.startsWith('write(') && line.endsWith('= 8'))).toMatch(
      /^write\(\d+, \[\{cookie=\d+, code=(SUCCESS|INVALID)\}/,
    );
    expect(fault.find((line) => line.includes('TEST_TRIGGER_IOPF'))).toMatch(
      /^ioctl\(iommufd, TEST_TRIGGER_IOPF, \{id=0, trigger_iopf=\{dev_id=/,
    );
    const vfio = await linesOf(
      recorded('vfio-201.jsonl.gz'),
      '--name',
      'VFIO_IOMMU_GET_INFO',
      '--errno',
      '0',
    );
    expect(vfio.find((line) => line.includes('caps'))).toContain(
      'vfio_iommu_type1_info_caps=[{id=DMA_AVAIL, version=1, avail=',
    );
  });

  it('has a line for every call of every recorded trace, with the recorded answer at its end', async () => {
    for (const name of ['core-201', 'fault-201', 'mock-201', 'vfio-201']) {
      const path = recorded(`${name}.jsonl.gz`);
      const calls = gunzipSync(readFileSync(path)).toString().trim().split('\n').slice(1);
      const lines = await linesOf(path);
      expect(lines.length).toBe(calls.length);
      for (const [i, text] of calls.entries()) {
        const { ret, errno } = JSON.parse(text) as { ret: number; errno: string };
        const [, answer] = / = (-?\d+(?: E[A-Z0-9]+)?)(?: => .*)?$/.exec(lines[i] ?? '') ?? [];
        expect([i, answer]).toEqual([i, errno === '0' ? String(ret) : `${ret} ${errno}`]);
      }
    }
  });

  it('shows tests, processes, files and memory where a trace has them, unless calls are chosen', async () => {
    const path = join(folder, 'processes.jsonl');
    const suite = '{"trace":1,"kernel":"6.12.117","test":"first"}';
    const destroy = { name: 'IOMMU_DESTROY', cmd: 0x3b80, in: '0800000001000000', out: '0800000001000000' };
    const lines = [
      suite,
      { op: 'mmap', addr: '0x5000', len: 8192, shared: true, huge: true },
      { seq: 0, op: 'open', path: '/dev/iommu', ret: 3, errno: '0' },
      { op: 'fork', child: 1 },
      { op: 'store', process: 1, addr: '0x5000', data: '61'.repeat(40) },
      { seq: 1, process: 1, fd: 3, ...destroy, ret: -1, errno: 'ENOENT' },
      { op: 'exit', process: 1 },
      suite.replace('first', 'second'),
      { op: 'munmap', addr: '0x5000', len: 4096 },
      { op: 'mprotect', addr: '0x6000', len: 4096 },
      { seq: 2, fd: 3, ...destroy, in: '', out: '', value: 0, ret: -1, errno: 'EFAULT' },
    ];
    writeFileSync(
      path,
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    );
    expect(await linesOf(path)).toEqual([
      '--- first',
      'mmap(0x5000, 8192, MAP_SHARED|MAP_HUGETLB)',
      'open("/dev/iommu", O_RDWR) = 3',
      'fork() = process 1',
      `[process 1] store(0x5000, "${'\\x61'.repeat(32)}"..., 40)`,
      '[process 1] ioctl(3<iommufd>, IOMMU_DESTROY, {id=1}) = -1 ENOENT',
      '[process 1] exit()',
      '--- second',
      'munmap(0x5000, 4096)',
      'mprotect(0x6000, 4096, PROT_READ)',
      'ioctl(3, IOMMU_DESTROY, NULL) = -1 EFAULT',
    ]);
    expect(await linesOf(path, '--seq', '2')).toEqual(['ioctl(3, IOMMU_DESTROY, NULL) = -1 EFAULT']);
    const json = JSON.parse((await linesOf(path, '--json')).join('\n')) as readonly {
      readonly test: string;
    }[];
    expect(json.map(({ test }) => test)).toEqual(['first', 'first', 'second']);
  });

  it('gives exact values as JSON', async () => {
    const call = { ...map, errno: 'EEXIST' };
    const alloc = {
      name: 'IOMMU_IOAS_ALLOC',
      cmd: 0x3b81,
      in: '0c0000000000000000000000',
      out: '0c0000000000000001000000',
    };
    const { out } = await uapi('trace', traceOf(call, alloc), '--json');
    expect(JSON.parse(out)).toMatchObject([
      {
        seq: 0,
        name: 'IOMMU_IOAS_MAP',
        cmd: 15237,
        ret: -1,
        errno: 'EEXIST',
        struct: 'iommu_ioas_map',
        in: { flags: 5, length: '0x30000' },
        out: {},
      },
      {
        seq: 1,
        name: 'IOMMU_IOAS_ALLOC',
        ret: 0,
        errno: null,
        in: { out_ioas_id: 0 },
        out: { out_ioas_id: 1 },
      },
    ]);
    const everything = await uapi(
      'trace',
      recorded('mock-201.jsonl.gz'),
      recorded('fault-201.jsonl.gz'),
      '--json',
    );
    const document = JSON.parse(everything.out) as { trace: string; memory_in?: Record<string, unknown> }[];
    expect(new Set(document.map(({ trace }) => trace)).size).toBe(2);
    expect(document.some(({ memory_in: given }) => given !== undefined && 'data_uptr' in given)).toBe(true);
  });

  it('filters by name, errno, object and number', async () => {
    const path = recorded('mock-201.jsonl.gz');
    const all = (await linesOf(path, '-n')).map((line) => /^(\d+) {2}(.*)$/.exec(line) ?? []);
    const check = async (
      args: readonly string[],
      keeps: (line: string, seq: number) => boolean,
    ): Promise<void> => {
      const found = await linesOf(path, ...args);
      expect(found).toEqual(
        all.filter(([, seq, line]) => keeps(line ?? '', Number(seq))).map(([, , line]) => line),
      );
      expect(found.length).toBeGreaterThan(0);
    };
    await check(['--name', 'IOMMU_IOAS_*'], (line) => line.startsWith('ioctl(iommufd, IOMMU_IOAS_'));
    await check(['--name', 'IOMMU_TEST_CMD'], (line) => line.startsWith('ioctl(iommufd, TEST_'));
    await check(['--name', 'IOMMU_IOAS_MAP,close'], (line) =>
      /^ioctl\(iommufd, IOMMU_IOAS_MAP|^close/.test(line),
    );
    await check(['--errno', 'ENOENT', '--errno', 'EBUSY'], (line) => /= -1 (ENOENT|EBUSY)/.test(line));
    await check(['--errno', 'any'], (line) => line.includes(' = -1 E'));
    await check(
      ['--errno', '0', '--seq', '10-40'],
      (line, seq) => !line.includes(' = -1 E') && seq >= 10 && seq <= 40,
    );
    await check(['--seq', '7'], (_, seq) => seq === 7);
    const named = await linesOf(path, '--object', '2');
    for (const line of named) expect(line).toMatch(/id=2\b/);
    expect(named.some((line) => line.includes('IOMMU_DESTROY'))).toBe(true);
  });

  it('answers what it cannot read with one line, after what it could', async () => {
    const broken = join(folder, 'broken.jsonl');
    writeFileSync(broken, `${readFileSync(traceOf(map), 'utf8')}{"seq":1,\n`);
    const cut = join(folder, 'cut.jsonl.gz');
    writeFileSync(cut, readFileSync(recorded('core-201.jsonl.gz')).subarray(0, 3000));
    const none = join(folder, 'kernel.jsonl');
    writeFileSync(
      none,
      `${header.replace('6.12.117', 'mine')}\n${readFileSync(traceOf(map), 'utf8').split('\n')[1]}\n`,
    );
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[join(folder, 'none.jsonl')], /^uapi: error: cannot read .*none\.jsonl: no such file$/],
      [[broken], /^uapi: error: .*broken\.jsonl: line 3: not JSON/],
      [[cut], /^uapi: error: .*cut\.jsonl\.gz is a broken gzip file: it is cut short$/],
      [[none], /recorded on "mine", which is not a release: --kernel chooses one$/],
      [[recorded('core-201.jsonl.gz'), '--seq', 'a'], /^uapi: error: --seq a: expected a number or a range/],
      [
        [recorded('core-201.jsonl.gz'), '--errno', 'bad'],
        /^uapi: error: --errno bad: expected a name like EINVAL/,
      ],
      [
        [recorded('core-201.jsonl.gz'), '--object', 'x'],
        /^uapi: error: --object x: expected the number of an object$/,
      ],
      [
        [recorded('core-201.jsonl.gz'), '--name', '('],
        /^uapi: error: --name \(: expected the name of a call/,
      ],
    ];
    for (const [args, message] of cases) {
      const { status, err } = await uapi('trace', ...args);
      expect([args, status]).toEqual([args, 2]);
      expect(err).toMatch(message);
    }
    expect((await uapi('trace', broken)).out).toMatch(/^ioctl\(iommufd, IOMMU_IOAS_MAP/);
  });
});
