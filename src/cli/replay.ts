import type { Command } from 'commander';
import { hexOfBytes } from '../base/hex.ts';
import type { JsonValue } from '../base/json.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { type ReplayedCall, Replayer } from '../replay/replayer.ts';
import type { TraceHeader } from '../trace/record.ts';
import type { ExitStatus } from './exit-status.ts';
import { type Output, printJson } from './output.ts';
import { forEachRecord } from './trace-input.ts';
import { UsageError } from './usage-error.ts';

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
export function configureReplay(
  command: Command,
  output: Output,
  finish: (status: ExitStatus | Promise<ExitStatus>) => void,
): void {
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

async function runReplay(
  traces: readonly string[],
  options: ReplayOptions,
  output: Output,
): Promise<ExitStatus> {
  const tallies: Tally[] = [];
  const mismatches: JsonValue[] = [];
  const most = options.all ? Infinity : shown;
  for (const trace of traces) {
    const tally = { trace, calls: 0, mismatched: 0 };
    let replayer: Replayer | undefined;
    const waiting: ReplayedCall[] = [];
    await forEachRecord(trace, (record, header) => {
      replayer ??= start(trace, header);
      const call = replayer.run(record);
      tally.calls++;
      if (call.differences.length === 0) return;
      tally.mismatched++;
      if (mismatches.length >= most) return;
      mismatches.push(mismatchJson(call, traces.length > 1 ? trace : null));
      waiting.push({ ...call, state: options.json ? [] : replayer.state(record) });
    });
    tallies.push(tally);
    if (!options.json) await showTrace(tally, waiting, output);
  }
  const calls = tallies.reduce((sum, tally) => sum + tally.calls, 0);
  const mismatched = tallies.reduce((sum, tally) => sum + tally.mismatched, 0);
  if (options.json) printJson(output, { calls, matched: calls - mismatched, mismatched, mismatches });
  else if (traces.length > 1) output.line(summary({ trace: 'all', calls, mismatched }));
  return mismatched > 0 ? 1 : 0;
}

async function showTrace(tally: Tally, calls: readonly ReplayedCall[], output: Output): Promise<void> {
  if (calls.length > 0) {
    const { ReplayPrinter } = await import('./replay-text.ts');
    const printer = new ReplayPrinter(output);
    for (const call of calls) await printer.print(call);
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
  const place = trace === '-' ? 'standard input' : trace;
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

function mismatchJson({ record, result, out, buffers }: ReplayedCall, trace: string | null): JsonValue {
  const isIoctl = record.kind === 'ioctl';
  return {
    ...(trace === null ? {} : { trace }),
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
