import { describe, expect, it } from 'vitest';
import { Replayer } from '../../src/replay/replayer.ts';
import { readTrace } from '../../src/trace/reader.ts';

const header = '{"trace":1,"kernel":"6.12.117","test":"processes"}';
const memory = [
  '{"op":"mmap","addr":"0x100000000","len":65536,"shared":true}',
  '{"op":"mmap","addr":"0x200000000","len":4096}',
];
const open = (fd: number) => `{"seq":0,"op":"open","path":"/dev/iommu","ret":${fd},"errno":"0"}`;
const close = (fd: number, errno = '0') =>
  `{"seq":0,"op":"close","fd":${fd},"ret":${errno === '0' ? 0 : -1},"errno":"${errno}"}`;

interface Call {
  readonly fd?: number;
  readonly process?: number;
  readonly errno?: string;
  /** The argument in u32 words, before and after. */
  readonly words: readonly number[];
  readonly after?: readonly number[];
}

function ioctl(cmd: number, { fd = 3, process = 0, errno = '0', words, after = words }: Call): string {
  const hex = (list: readonly number[]) => Buffer.from(Uint32Array.from(list).buffer).toString('hex');
  const result = { ret: errno === '0' ? 0 : -1, errno };
  const where = { fd, process, arg: '0x200000800' };
  return JSON.stringify({ seq: 0, name: 'X', cmd, ...where, in: hex(words), out: hex(after), ...result });
}

const allocated = (fd: number, id: number, process = 0) =>
  ioctl(0x3b81, { fd, process, words: [12, 0, 0], after: [12, 0, id] });
/** Maps a page of the shared memory at IOVA 0x1000000. */
const map = (process: number, errno = '0') =>
  ioctl(0x3b85, { process, errno, words: [40, 7, 1, 0, 0, 1, 0x1000, 0, 0x1000000, 0] });
const attach = (errno: string, ids: readonly number[]) => {
  const words = [72, 2, 1, 0, ...new Array<number>(14).fill(0)];
  return ioctl(0x3ba0, {
    errno,
    words,
    after: [...words.slice(0, 4), ...ids, ...words.slice(4 + ids.length)],
  });
};

function differencesOf(...lines: readonly string[]): readonly string[] {
  const trace = readTrace([header, ...memory, ...lines].join('\n'));
  const replayer = new Replayer(trace.header);
  return trace.lines.flatMap((line) =>
    (replayer.take(line)?.differences ?? []).map(
      ({ what, expected, actual }) => `${what}: ${expected} ${actual}`,
    ),
  );
}

describe('Replayer with several files and processes', () => {
  it('keeps open files apart, and opens them again with nothing in them', () => {
    expect(
      differencesOf(open(3), open(4), allocated(3, 1), allocated(3, 2), allocated(4, 1), close(3), open(3)),
    ).toEqual([]);
    expect(differencesOf(open(3), allocated(3, 1), close(3), open(3), allocated(3, 1))).toEqual([]);
    expect(differencesOf(open(3), close(3), close(3, 'EBADF'))).toEqual([]);
    expect(differencesOf(open(3), ioctl(0x3b81, { fd: 9, errno: 'EBADF', words: [12, 0, 0] }))).toEqual([]);
  });

  it('lets a child use what its parent opened, and keeps it open', () => {
    const fork = '{"op":"fork","child":1}';
    const exit = '{"op":"exit","process":1}';
    expect(
      differencesOf(open(3), allocated(3, 1), fork, allocated(3, 2, 1), exit, allocated(3, 3), close(3)),
    ).toEqual([]);
  });

  it('reads and writes in the memory of who calls', () => {
    const queue = ioctl(0x3b8e, { words: [16, 0, 0, 0], after: [16, 0, 1, 4] });
    const read = '{"seq":0,"op":"read","process":1,"fd":4,"len":40,"ret":0,"errno":"0","data":""}';
    const write = `{"seq":0,"op":"write","process":1,"fd":4,"ret":-1,"errno":"EINVAL","data":"${'00'.repeat(8)}"}`;
    const used = close(4).replace('{', '{"process":1,');
    expect(differencesOf(open(3), queue, '{"op":"fork","child":1}', read, write, used, close(4))).toEqual([]);
  });

  it('pins in the process that mapped, while there is one', () => {
    const start = [open(3), allocated(3, 1), '{"op":"fork","child":1}', map(1)];
    expect(differencesOf(...start, attach('0', [2, 4, 3]))).toEqual([]);
    expect(differencesOf(...start, '{"op":"exit","process":1}', attach('EFAULT', []))).toEqual([]);
  });

  it('refuses a process that nobody forked, and a store to nowhere', () => {
    expect(() => differencesOf(open(3), allocated(3, 1, 7))).toThrow(/no process 7/);
    expect(() => differencesOf('{"op":"fork","child":0}')).toThrow(/process 0 already/);
    expect(() => differencesOf('{"op":"store","addr":"0x1000000","data":"00"}')).toThrow(/cannot be written/);
    expect(() => differencesOf('{"op":"mmap","addr":"0x1","len":1}')).toThrow(/not whole pages/);
    expect(() =>
      differencesOf('{"op":"mmap","addr":"0x10000000","len":"0x400000000000","huge":true}'),
    ).toThrow(/at most/);
  });

  it('says so where another file was opened, or where opening failed', () => {
    const opened = (path: string, ret: number, errno: string) =>
      JSON.stringify({ seq: 0, op: 'open', path, ret, errno });
    expect(differencesOf(opened('/etc/passwd', 3, '0'))).toEqual(['result: 3 -1 ENOENT']);
    expect(differencesOf(opened('/dev/iommu', -1, 'EMFILE'))).toEqual(['result: -1 EMFILE 0']);
  });

  it('asks iommufd behind /dev/vfio/vfio only if the trace says so, otherwise a container without a model', () => {
    const opened = (file: object) =>
      JSON.stringify({ seq: 0, op: 'open', path: '/dev/vfio/vfio', ret: 3, errno: '0', ...file });
    expect(differencesOf(opened({ file: 'iommufd' }), allocated(3, 1))).toEqual([]);
    expect(differencesOf(opened({}), allocated(3, 1))).toEqual(['result: 0 -1 EINVAL', 'out: 01 00']);
    const value = (cmd: number, argument: number, ret: number, errno = '0') =>
      JSON.stringify({ seq: 0, fd: 3, name: 'X', cmd, in: '', out: '', value: argument, ret, errno });
    expect(
      differencesOf(
        opened({}),
        value(0x3b64, 0, 0),
        ...[1, 3, 6, 9].map((extension) => value(0x3b65, extension, 1)),
        ...[2, 4, 5, 7, 8, 10, 99].map((extension) => value(0x3b65, extension, 0)),
        value(0x3b66, 3, -1, 'EINVAL'),
        ioctl(0x3b81, { errno: 'EINVAL', words: [12, 0, 0] }),
        close(3),
      ),
    ).toEqual([]);
  });

  it('ends copies that double what is mapped in ENOMEM, soon', () => {
    const copy = (i: number) => {
      const length = 0x1000 * 2 ** i;
      const at = 0x1000000 + length;
      return ioctl(0x3b83, { errno: 'ENOMEM', words: [40, 7, 1, 1, length, 0, at, 0, 0x1000000, 0] });
    };
    const copies = Array.from({ length: 20 }, (_, i) => copy(i));
    const differences = differencesOf(open(3), allocated(3, 1), map(0), ...copies);
    expect(differences).toEqual(Array.from({ length: 17 }, () => 'result: -1 ENOMEM 0'));
  });
});
