import { Bench } from 'tinybench';

/** One thing that is measured. */
export interface Subject {
  readonly name: string;
  readonly run: () => void;
}

/** How long and how often to measure. */
export interface Effort {
  /** Rounds; in each, every subject has its turn, in an order that shifts from round to round. */
  readonly rounds: number;
  /** Time of a turn in ms. */
  readonly turnMs: number;
  /** How many intervals, areas and so on; a bench's own sizes unless given. */
  readonly sizes?: readonly number[];
}

/**
 * Measures subjects by turns in one run, and gives for each the median over the rounds of its time per call in ns.
 *
 * Machines are noisy and drift; what stays comparable is how subjects compare within a round, so compare only results
 * of one call.
 */
export async function interleave(
  subjects: readonly Subject[],
  effort: Effort,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = -1; round < effort.rounds; round++) {
    const shift = (round + subjects.length) % subjects.length;
    const order = [...subjects.slice(shift), ...subjects.slice(0, shift)];
    const bench = new Bench({
      time: effort.turnMs,
      warmup: round < 0,
      warmupTime: effort.turnMs,
      iterations: 16,
    });
    for (const { name, run } of order) bench.add(name, run);
    await bench.run();
    if (round < 0) continue;
    for (const { name, result } of bench.tasks) {
      if (result?.state === 'completed') times.get(name)?.push(result.latency.p50 * 1e6);
    }
  }
  return times;
}

/** Median over the rounds of the ratio of two subjects' times. */
export function ratioOf(
  times: ReadonlyMap<string, readonly number[]>,
  subject: string,
  peer: string,
): number {
  const [ours, theirs] = [times.get(subject) ?? [], times.get(peer) ?? []];
  const ratios = ours.map((time, i) => time / (theirs[i] ?? Number.NaN)).sort((a, b) => a - b);
  return ratios[Math.floor(ratios.length / 2)] ?? Number.NaN;
}
