import { describe, expect, it } from 'vitest';
import { Replayer } from '../../src/replay/replayer.ts';
import { readTrace } from '../../src/trace/reader.ts';

const header =
  '{"trace":1,"kernel":"6.12.117","machine":"x86_64","page_size":4096,"profile":"core","seed":1,"arena":["0x100000000","0x4000000"],"scratch":["0x200000000","0x100000"]}';
const alloc = (ret: number, errno: string, id: number): string =>
  `{"seq":0,"name":"IOMMU_IOAS_ALLOC","cmd":15233,"in":"0c0000000000000000000000","ret":${ret},"errno":"${errno}","out":"0c00000000000000${id.toString(16).padStart(2, '0')}000000"}`;

function differencesOf(...lines: string[]): readonly string[] {
  const trace = readTrace([header, ...lines].join('\n'));
  const replayer = new Replayer(trace.header);
  return trace.records.flatMap((record) =>
    replayer.run(record).differences.map(({ what, expected, actual }) => `${what}: ${expected} ${actual}`),
  );
}

describe('Replayer', () => {
  it('finds nothing where the recording says what the kernel does', () => {
    expect(differencesOf(alloc(0, '0', 1), alloc(0, '0', 2))).toEqual([]);
  });

  it('finds a forged result and a forged answer', () => {
    expect(differencesOf(alloc(-1, 'ENOMEM', 0))).toEqual(['result: -1 ENOMEM 0', 'out: 00 01']);
    expect(differencesOf(alloc(0, '0', 7))).toEqual(['out: 07 01']);
  });

  it('leaves out bytes that differ from run to run', () => {
    const ignoring = alloc(0, '0', 7).replace(/}$/, ',"ignore":[[8,4]]}');
    expect(differencesOf(ignoring)).toEqual([]);
  });

  it('says which objects a call depends on', () => {
    const unmap =
      '{"seq":1,"name":"IOMMU_IOAS_UNMAP","cmd":15238,"in":"180000000100000000000000000000000010000000000000","ret":0,"errno":"0","out":""}';
    const trace = readTrace([header, alloc(0, '0', 1), unmap].join('\n'));
    const replayer = new Replayer(trace.header);
    for (const record of trace.records) replayer.run(record);
    const [, record] = trace.records;
    expect(record && replayer.state(record)).toEqual([
      '1: ioas, 1 users',
      '  alignment 1, 0 domains, 0 accesses',
    ]);
  });

  it('refuses a call on a file that nobody handed out', () => {
    const read = '{"seq":1,"op":"read","fd":9,"len":40,"ret":-1,"errno":"EBADF","data":""}';
    expect(differencesOf(read)).toEqual([]);
  });
});
