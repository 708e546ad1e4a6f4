import { fstatSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
} from '../../src/generated/ts/iommufd.ts';
import {
  IOMMU_TEST_CMD,
  IOMMU_TEST_OP_MOCK_DOMAIN,
  IommuTestCmdCodec,
  sizeofIommuTestCmd,
} from '../../src/generated/ts/iommufd-test.ts';
import { IommufdCalls, Process, type Result } from '../../src/iommufd/index.ts';
import { Replayer } from '../../src/replay/replayer.ts';
import { readTrace } from '../../src/trace/reader.ts';
import type { Effort } from './interleave.ts';
import { memoryInUse } from './memory.ts';
import type { BenchRow } from './row.ts';

const profiles = ['core', 'mock', 'fault'] as const;
const systemCalls = 20_000;
const areas = 100_000;

/** Recorded calls on the reference /dev/iommu, beside system calls that Node makes; and the memory of areas. */
export async function benchIommufd({ rounds }: Effort): Promise<readonly BenchRow[]> {
  return [...profiles.flatMap((profile) => callRows(profile, rounds)), ...memoryRows()];
}

function callRows(profile: string, rounds: number): BenchRow[] {
  const zipped = readFileSync(
    new URL(`../../../../test/data/traces/${profile}-201.jsonl.gz`, import.meta.url),
  );
  const parsed = readTrace(gunzipSync(zipped).toString());
  const calls = parsed.records.length;
  const ways = [
    ['in ioctl()', () => run(parsed)],
    [
      'with reading, unpacking and comparing',
      () => timeOf(() => run(readTrace(gunzipSync(zipped).toString()))),
    ],
  ] as const;
  return ways.map(([op, replay]) => {
    const ratios: number[] = [];
    const times: number[] = [];
    for (let round = -1; round < rounds; round++) {
      const time = replay() / calls;
      const system = timeOf(() => {
        for (let i = 0; i < systemCalls; i++) fstatSync(2);
      });
      if (round < 0) continue;
      times.push(time);
      ratios.push(time / (system / systemCalls));
    }
    const perSecond = Math.round(1 / median(times)) * 1000;
    return {
      bench: 'iommufd',
      subject: 'reference',
      peer: 'fs.fstatSync',
      op: `a call of profile ${profile}: ${op}`,
      ratio: median(ratios),
      mark: `${perSecond} calls a second`,
    };
  });
}

/** The time in ioctl(), in ms. */
function run({ header, records }: ReturnType<typeof readTrace>): number {
  const replayer = new Replayer(header);
  const { iommufd } = replayer;
  const ioctl = iommufd.ioctl.bind(iommufd);
  let spent = 0;
  iommufd.ioctl = (...args) => {
    const begin = performance.now();
    const result = ioctl(...args);
    spent += performance.now() - begin;
    return result;
  };
  const wrong = records.filter((record) => replayer.run(record).differences.length > 0);
  if (wrong.length > 0) throw new Error(`${wrong.length} calls differ`);
  return spent;
}

function memoryRows(): BenchRow[] {
  const bare = bytesPerArea(false);
  const objects = bytesPerObject();
  return [
    { domain: 'none', bytes: bare },
    { domain: 'one, each page pinned', bytes: bytesPerArea(true) },
  ].map(({ domain, bytes }) => ({
    bench: 'iommufd-memory',
    subject: 'reference',
    peer: 'plain objects',
    op: `an area of one page among ${areas}, domain: ${domain}`,
    ratio: bytes / objects,
    mark: `${Math.round(bytes)} bytes; the object: ${Math.round(objects)}`,
  }));
}

/** Areas at places in random order, from memory high in the address space. */
function bytesPerArea(attached: boolean): number {
  const process = new Process();
  const [memory, scratch] = [0x7f12_0000_0000n, 0x40_0000n];
  process.memory.map(memory, BigInt(areas) * 4096n);
  process.memory.map(scratch, 4096n);
  // The pages themselves are memory of the process, not of areas.
  for (let i = 0; i < areas; i++) process.memory.pages(memory + BigInt(i) * 4096n, 1, true);
  const iommufd = process.open();
  const calls = new IommufdCalls(iommufd, { address: scratch, length: 4096 });
  const ioas = ok(calls.ioasAlloc());
  if (attached) {
    const bytes = new Uint8Array(sizeofIommuTestCmd);
    IommuTestCmdCodec.encode(
      { size: bytes.length, op: IOMMU_TEST_OP_MOCK_DOMAIN, id: ioas },
      new DataView(bytes.buffer),
    );
    process.memory.write(scratch, bytes);
    const { errno } = iommufd.ioctl(IOMMU_TEST_CMD, scratch);
    if (errno !== null) throw new Error(errno);
  }
  const order = Array.from({ length: areas }, (_, i) => (i * 61_813) % areas);
  const before = memoryInUse();
  for (const i of order) {
    ok(
      calls.ioasMap({
        ioas,
        address: memory + BigInt(i) * 4096n,
        length: 4096n,
        flags: IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_FIXED_IOVA,
        iova: 0x100_0000n + BigInt(i) * 8192n,
      }),
    );
  }
  const bytes = memoryInUse() - before;
  iommufd.close();
  return bytes / areas;
}

/** What an object with the same members takes in an array. */
function bytesPerObject(): number {
  const before = memoryInUse();
  const objects = Array.from({ length: areas }, (_, i) => ({
    start: 0x100_0000n + BigInt(i) * 8192n,
    last: 0x100_0fffn + BigInt(i) * 8192n,
    pages: { address: 0x7f12_0000_0000n + BigInt(i) * 4096n, writable: true, pinned: 0 },
    prot: 3,
    filled: false,
    accesses: 0,
  }));
  return (memoryInUse() - before) / objects.length;
}

function ok<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.errno}: ${result.check}`);
  return result.value;
}

/** In ms. */
function timeOf(run: () => void): number {
  const begin = performance.now();
  run();
  return performance.now() - begin;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
