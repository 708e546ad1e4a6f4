import type { Command } from 'commander';
import { hexOfBytes } from '../../base/hex.ts';
import type { JsonValue } from '../../base/json.ts';
import { UsageError } from '../../base/usage-error.ts';
import { PAGE_SIZE } from '../../ioctl/page-frames.ts';
import { type ReplayedCall, Replayer } from '../../replay/replayer.ts';
import type { TraceLine } from '../../trace/event.ts';
import type { TraceHeader } from '../../trace/record.ts';
import type { ExitStatus, Finish } from '../exit-status.ts';
import { type Output, printJson } from '../terminal/output.ts';
import { forEachLine } from '../trace/input.ts';

interface ReplayOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Differences that are shown unless all are wanted. */
const shown = 20;

const help = `
TRACE: a file (.gz too), or - for standard input. docs/conformance.md says how traces are recorded.

Example:
  uapi replay test/data/traces/mock-201.jsonl.gz`;

/** `uapi replay`: recorded calls on the reference /dev/iommu. */
export function configureReplay(command: Command, output: Output, finish: Finish): void {
  command
    .argument('<TRACE...>', 'recorded ioctls of /dev/iommu')
    .option('--all', `show all differences, not only the first ${shown}`)
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((traces: string[], options: ReplayOptions) => finish(runReplay(traces, options, output)));
}

/** Calls of a trace, and those that differed. */
interface Tally {
  readonly trace: string;
  calls: number;
  mismatched: number;
}

/** The same for each test of a suite, by its name. */
type Tests = Map<string, { calls: number; mismatched: number }>;

async function runReplay(
  traces: readonly string[],
  options: ReplayOptions,
  output: Output,
): Promise<ExitStatus> {
  const tallies: Tally[] = [];
  const tests: Tests = new Map();
  const mismatches: JsonValue[] = [];
  const most = options.all ? Infinity : shown;
  for (const trace of traces) {
    const tally = { trace, calls: 0, mismatched: 0 };
    let replayer: Replayer | undefined;
    let above: TraceHeader | undefined;
    const waiting: WaitingCall[] = [];
    await forEachLine(trace, (line, header) => {
      if (replayer === undefined || header !== above) replayer = start(trace, header);
      above = header;
      const call = take(trace, replayer, line);
      if (call === null) return;
      const differs = call.differences.length > 0;
      count(tally, differs);
      if (header.test !== null) count(tallyOf(tests, header.test), differs);
      if (!differs || mismatches.length >= most) return;
      mismatches.push(mismatchJson(call, header, traces.length > 1 ? trace : null));
      const state = options.json ? [] : replayer.state(call.record);
      waiting.push({ call: { ...call, state }, test: header.test });
    });
    tallies.push(tally);
    if (!options.json) await showTrace(tally, waiting, output);
  }
  const calls = tallies.reduce((sum, tally) => sum + tally.calls, 0);
  const mismatched = tallies.reduce((sum, tally) => sum + tally.mismatched, 0);
  if (options.json) {
    const ofSuite = [...tests].map(([test, tally]) => ({ test, ...tally }));
    const suite = ofSuite.length === 0 ? {} : { tests: ofSuite };
    printJson(output, { calls, matched: calls - mismatched, mismatched, mismatches, ...suite });
  }
  if (!options.json && traces.length > 1) output.line(summary({ trace: 'all', calls, mismatched }));
  return mismatched > 0 ? 1 : 0;
}

interface WaitingCall {
  readonly call: ReplayedCall;
  readonly test: string | null;
}

function count(tally: { calls: number; mismatched: number }, differs: boolean): void {
  tally.calls++;
  if (differs) tally.mismatched++;
}

function tallyOf(tests: Tests, test: string): { calls: number; mismatched: number } {
  const tally = tests.get(test) ?? { calls: 0, mismatched: 0 };
  tests.set(test, tally);
  return tally;
}

async function showTrace(tally: Tally, calls: readonly WaitingCall[], output: Output): Promise<void> {
  if (calls.length > 0) {
    const { ReplayPrinter } = await import('../trace/replay-text.ts');
    const printer = new ReplayPrinter(output);
    for (const { call, test } of calls) await printer.print(call, test);
  }
  output.line(summary(tally));
}

function summary({ trace, calls, mismatched }: Tally): string {
  const verdict =
    mismatched === 0 ? 'all as recorded' : `${calls - mismatched} as recorded, ${mismatched} not`;
  return `${trace}: ${calls} calls, ${verdict}`;
}

/** @throws UsageError where there is no such process */
function start(trace: string, header: TraceHeader): Replayer {
  const place = placeOf(trace);
  if (header.pageSize !== PAGE_SIZE) {
    throw new UsageError(`${place}: line 1: "page_size" is ${header.pageSize}, expected ${PAGE_SIZE}`);
  }
  try {
    return new Replayer(header);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${place}: line 1: ${error.message}`);
    throw error;
  }
}

/** @throws UsageError where a line asks for what no process has */
function take(trace: string, replayer: Replayer, line: TraceLine): ReplayedCall | null {
  try {
    return replayer.take(line);
  } catch (error) {
    if (error instanceof RangeError)
      throw new UsageError(`${placeOf(trace)}: line ${line.line}: ${error.message}`);
    throw error;
  }
}

function placeOf(trace: string): string {
  return trace === '-' ? 'standard input' : trace;
}

function mismatchJson(
  { record, result, out, buffers }: ReplayedCall,
  { test }: TraceHeader,
  trace: string | null,
): JsonValue {
  const isIoctl = record.kind === 'ioctl';
  return {
    ...(trace === null ? {} : { trace }),
    ...(test === null ? {} : { test }),
    seq: record.seq,
    name: isIoctl ? record.name : record.kind,
    expected: {
      ret: record.ret,
      errno: record.errno,
      ...(isIoctl
        ? { out: hexOfBytes(record.out), bufs: record.buffers.map((each) => hexOfBytes(each.out)) }
        : {}),
      ...(record.kind === 'read' ? { data: hexOfBytes(record.data) } : {}),
    },
    actual: {
      ret: result.ret,
      errno: result.errno,
      ...(isIoctl ? { out: hexOfBytes(out), bufs: buffers.map(hexOfBytes) } : {}),
      ...(record.kind === 'read' ? { data: hexOfBytes(out) } : {}),
    },
  };
}
