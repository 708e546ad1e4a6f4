import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Effort } from './interleave.ts';
import { type Intervals, ours, peers } from './interval-peers.ts';
import { memoryInUse } from './memory.ts';
import type { BenchRow } from './row.ts';

type Times = Map<string, number[]>;

/** Names of operations, as in the rows. */
const operations = ['insert', 'find', 'remove', 'first-fit-near', 'first-fit-worst'] as const;
const cpp = 'std::map (C++)';
const cppSource = 'test/bench/interval-map.cpp';

/** Keeps results alive, so that no call is optimised away. */
export let sink: unknown;

/**
 * IntervalMap against other structures, all subjects by turns in each round.
 *
 * Intervals of 4 KiB lie in 8 KiB pages, put in, found and removed in random order. The first gap is the near fit; the
 * worst is one of 8 KiB that is free after all of them only: warm for IntervalMap, and once after each single change.
 */
export async function benchInterval(effort: Effort): Promise<readonly BenchRow[]> {
  const program = compile();
  const sizes = effort.sizes ?? (effort.rounds < 10 ? [1e3, 1e5] : [1e3, 1e5, 1e6]);
  const rows = sizes.flatMap((size) => {
    const few = size === 1e6 ? 3 : size === 1e5 ? 5 : 15;
    return [...benchSize(size, Math.min(few, effort.rounds), program?.path), ...memoryRows(size)];
  });
  if (program === undefined) console.error('std::map is skipped: there is no g++');
  else rmSync(program.folder, { recursive: true });
  return rows;
}

function benchSize(size: number, rounds: number, program: string | undefined): BenchRow[] {
  const order = shuffled(size, 1);
  const workload = {
    starts: order.map((i) => i * 8192 + 4096),
    lasts: order.map((i) => i * 8192 + 8191),
  };
  const again = shuffled(size, 2);
  const subjects = [ours, ...peers].map(({ name, make }) => ({ name, make: make(workload) }));
  const times: Times = new Map();
  const keep = (name: string, operation: string, time: number) => {
    const key = `${name} ${operation}`;
    times.set(key, [...(times.get(key) ?? []), time]);
  };
  const repeats = Math.max(1, Math.round(100_000 / size));
  for (let round = -1; round < rounds; round++) {
    if (size > 1e3)
      console.error(`  ${size} intervals: ${round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`}`);
    for (let i = 0; i < subjects.length; i++) {
      const subject = subjects[(i + round + 1) % subjects.length];
      if (subject === undefined) continue;
      const took = new Map<string, number>();
      for (let repeat = 0; repeat < repeats; repeat++) {
        for (const [operation, time] of measure(subject.make(), again))
          took.set(operation, (took.get(operation) ?? 0) + time / repeats);
      }
      if (round >= 0) for (const [operation, time] of took) keep(subject.name, operation, time);
    }
    if (program === undefined || round < 0) continue;
    const output = execFileSync(program, [String(size), String(round + 1)], { encoding: 'utf8' });
    for (const line of output.trim().split('\n')) {
      const [operation = '', time] = line.split(' ');
      keep(cpp, operation, Number(time));
    }
  }
  const compared = [...peers, ...(program === undefined ? [] : [{ name: cpp, mark: 'u64; compiled code' }])];
  return operations.flatMap((operation) =>
    compared
      .filter(({ name }) => !name.endsWith('blind') || operation === 'insert')
      .flatMap(({ name, mark }) => rowsOf(times, operation, size, { name, mark })),
  );
}

/** Bytes that an interval takes, put in at random. */
function memoryRows(size: number): BenchRow[] {
  if (size < 1e5) return [];
  const order = shuffled(size, 1);
  const workload = { starts: order.map((i) => i * 8192 + 4096), lasts: order.map((i) => i * 8192 + 8191) };
  const bytesOf = ({ make }: (typeof peers)[number]): number => {
    const begin = make(workload);
    const before = memoryInUse();
    const intervals = begin();
    for (let i = 0; i < size; i++) intervals.insert(i);
    const bytes = (memoryInUse() - before) / size;
    sink = intervals;
    return bytes;
  };
  const own = bytesOf(ours);
  return peers
    .filter(({ name }) => !name.endsWith('blind'))
    .map((peer) => {
      const bytes = bytesOf(peer);
      const mark = `${own.toFixed(0)} and ${bytes.toFixed(0)} bytes`;
      return {
        bench: 'interval-memory',
        subject: ours.name,
        peer: peer.name,
        op: `1e${Math.log10(size)}`,
        ratio: own / bytes,
        mark,
      };
    });
}

/** Nanoseconds per call of each operation on an empty structure. */
function measure(intervals: Intervals, again: readonly number[]): Map<string, number> {
  const size = again.length;
  const times = new Map<string, number>();
  const time = (operation: string, calls: number, call: (i: number) => unknown) => {
    let last: unknown;
    const begin = performance.now();
    for (let i = 0; i < calls; i++) last = call(i);
    times.set(operation, ((performance.now() - begin) * 1e6) / calls);
    sink = last;
  };
  time('insert', size, (i) => intervals.insert(i));
  time('find', size, (i) => intervals.find(again[i] as number));
  time('first-fit-near', Math.max(1000, size / 10), () => intervals.firstFit(4096));
  time('first-fit-worst at first', 1, () => intervals.firstFit(8192));
  time('first-fit-worst', 1, () => intervals.firstFit(8192));
  const one = again[size >> 1] as number;
  intervals.remove(one);
  intervals.insert(one);
  time('first-fit-worst after a change', 1, () => intervals.firstFit(8192));
  time('remove', size, (i) => intervals.remove(again[i] as number));
  return times;
}

function rowsOf(
  times: Times,
  operation: string,
  size: number,
  { name, mark }: { readonly name: string; readonly mark: string },
): BenchRow[] {
  const theirs = times.get(`${name} ${operation}`) ?? [];
  const own =
    operation === 'first-fit-worst'
      ? [operation, `${operation} after a change`, `${operation} at first`]
      : [operation];
  return own.map((which) => {
    const mine = times.get(`${ours.name} ${which}`) ?? [];
    const op = `1e${Math.log10(size)}${which === operation ? '' : which.replace(operation, ',')}`;
    const median = mine.toSorted((a, b) => a - b)[mine.length >> 1] ?? Number.NaN;
    const took = operation === 'first-fit-worst' ? `${(median / 1000).toFixed(1)} us; ` : '';
    const ratios = mine.map((own, i) => own / (theirs[i] ?? Number.NaN)).sort((a, b) => a - b);
    const ratio = ratios[ratios.length >> 1] ?? Number.NaN;
    return {
      bench: `interval-${operation}`,
      subject: ours.name,
      peer: name,
      op,
      ratio,
      mark: `${took}${mark}`,
    };
  });
}

/** The numbers below a count in an order that a seed gives. */
function shuffled(count: number, seed: number): number[] {
  let state = seed * 0x9e3779b9;
  const numbers = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const j = (state >>> 0) % (i + 1);
    [numbers[i], numbers[j]] = [numbers[j] as number, numbers[i] as number];
  }
  return numbers;
}

/** The program with std::map, where g++ is there. */
function compile(): { folder: string; path: string } | undefined {
  if (!existsSync(cppSource)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'uapikit-bench-'));
  const path = join(folder, 'interval-map');
  try {
    execFileSync('g++', ['-std=c++17', '-O2', '-o', path, cppSource], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return { folder, path };
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}
