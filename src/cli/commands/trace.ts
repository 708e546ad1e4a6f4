import type { Command } from 'commander';
import { isCall, type TraceEvent } from '../../trace/event.ts';
import { OpenFiles, openedKind } from '../../trace/open-files.ts';
import type { TraceHeader, TraceRecord } from '../../trace/record.ts';
import type { ExitStatus, Finish } from '../exit-status.ts';
import { addOptions } from '../options/add-options.ts';
import { archOption } from '../options/arch-option.ts';
import { jsonOption } from '../options/print-options.ts';
import { repeatable } from '../options/repeatable.ts';
import { kernelOption, type SchemaChoice, schemaOptions } from '../options/schema-options.ts';
import { Lines } from '../terminal/lines.ts';
import type { Output } from '../terminal/output.ts';
import { tracedArgument } from '../trace/argument.ts';
import { TracedCalls } from '../trace/calls.ts';
import { eventLine } from '../trace/event-text.ts';
import { type FilterOptions, TraceFilter } from '../trace/filter.ts';
import { forEachLine } from '../trace/input.ts';
import { tracedJson } from '../trace/json.ts';
import { sameModels, traceModels } from '../trace/models.ts';
import { type TracedRecord, traceLine } from '../trace/text.ts';

interface TraceOptions extends FilterOptions, SchemaChoice {
  readonly arch?: string;
  readonly numbers?: boolean;
  readonly json?: boolean;
}

const help = `
TRACE: a file of recorded calls, one JSON object in each line (.gz too), or - for standard input.

A line shows the input in the call, and after the arrow what the call changed. Reserved fields are
shown only if they are set, and a size only if it is not the struct's own. --json prints an array with an object for
each call. A trace names its release; --kernel chooses another.

Examples:
  uapi trace calls.jsonl.gz
  uapi trace calls.jsonl.gz --name 'IOMMU_IOAS_*' --errno any
  uapi trace calls.jsonl.gz --object 2 --seq 100-199 --numbers
  zcat calls.jsonl.gz | uapi trace - --json`;

/** `uapi trace`: recorded calls as strace prints them. */
export function configureTrace(command: Command, output: Output, finish: Finish): void {
  command
    .argument('<TRACE...>', 'recorded traces, - for standard input')
    .addOption(repeatable('--name <NAME>', 'only calls of this name, * for anything'))
    .addOption(
      repeatable(
        '--errno <ERRNO>',
        'only calls that failed with this errno; 0 for calls that succeeded, any for all that failed',
      ),
    )
    .option('--object <ID>', 'only calls that name this object')
    .option('--seq <RANGE>', 'only calls with these numbers: 7, 100-199, 100-, -99')
    .option('-n, --numbers', "show the calls' numbers");
  addOptions(command, kernelOption, archOption, schemaOptions, jsonOption)
    .addHelpText('after', help)
    .action((traces: string[], options: TraceOptions) => finish(runTrace(traces, options, output)));
}

async function runTrace(
  traces: readonly string[],
  options: TraceOptions,
  output: Output,
): Promise<ExitStatus> {
  const filter = new TraceFilter(options);
  const lines = new Lines(output);
  let shown = 0;
  if (options.json) lines.add('[');
  for (const trace of traces) {
    const several = traces.length > 1;
    if (several && !options.json) lines.add(`==> ${trace} <==`);
    let reader: TraceDecoder | undefined;
    let above: TraceHeader | undefined;
    const use = (record: TraceRecord): 'stop' | undefined => {
      if (record.seq > filter.last) return 'stop';
      const traced = reader?.decode(record, filter.takesSeq(record.seq));
      if (traced === undefined || !filter.takes(traced)) return undefined;
      shown++;
      if (options.json) {
        const { test } = above ?? {};
        const call = {
          ...(several ? { trace } : {}),
          ...(test == null ? {} : { test }),
          ...tracedJson(traced),
        };
        lines.add(`${shown === 1 ? '' : ','}${JSON.stringify(call)}`);
      } else {
        lines.add(options.numbers ? `${record.seq}  ${traceLine(traced)}` : traceLine(traced));
      }
      return undefined;
    };
    try {
      await forEachLine(trace, (line, header) => {
        if (header !== above) {
          if (sameModels(header, above)) reader?.startProcess();
          else reader = undefined;
          above = header;
          if (filter.takesAll && !options.json && header.test !== null) lines.add(`--- ${header.test}`);
        }
        if (!isCall(line)) {
          reader?.follow(line);
          if (filter.takesAll && !options.json) lines.add(eventLine(line));
          return undefined;
        }
        if (reader !== undefined) return use(line);
        return decoderFor(header, options).then((made) => {
          reader = made;
          return use(line);
        });
      });
    } finally {
      // What was read before a broken line is shown.
      lines.end();
    }
  }
  if (options.json) lines.add(']');
  lines.end();
  if (shown === 0 && !options.json)
    output.note('no call is shown: none of the trace is as the options ask for');
  return 0;
}

/** Takes the records of a trace apart, and remembers which kinds of file they handed out. */
class TraceDecoder {
  readonly #calls: TracedCalls;
  #files = new OpenFiles();

  constructor(calls: TracedCalls) {
    this.#calls = calls;
  }

  /** Another process starts, with no file that this knows. */
  startProcess(): void {
    this.#files = new OpenFiles();
  }

  /** Follows what happened between calls: processes that start and end. */
  follow(event: TraceEvent): void {
    this.#files.take(event);
  }

  /** A record with what the schemas know; undefined where only the files that it hands out are of interest. */
  decode(record: TraceRecord, wanted: boolean): TracedRecord | undefined {
    if (record.kind === 'open') {
      this.#files.take(record);
      return wanted ? { kind: 'file', record, fileKind: openedKind(record), carried: null } : undefined;
    }
    const fileKind = this.#files.kindOf(record.process, record.fd);
    if (record.kind !== 'ioctl') {
      this.#files.take(record);
      const carried = record.kind === 'close' ? null : this.#calls.records(fileKind, record.kind);
      return wanted ? { kind: 'file', record, fileKind, carried } : undefined;
    }
    const call = this.#calls.call(fileKind, record.cmd);
    const traced = call?.argument ?? null;
    const opens = traced !== null && record.errno === null && traced.opensFiles;
    if (!wanted && !opens) return undefined;
    const argument = traced === null || record.value !== null ? null : tracedArgument(traced, record);
    if (opens && argument !== null) {
      traced.reader.eachInteger(traced.struct.name, argument.after.value, 'out', ({ field }, integer) => {
        if (field.fileDescriptor !== undefined) {
          this.#files.handOut(record.process, Number(integer), field.fileDescriptor.name);
        }
      });
    }
    if (!wanted) return undefined;
    const unknown = call === undefined ? this.#calls.unknownText(record.cmd) : '';
    return { kind: 'ioctl', record, fileKind, call, unknown, argument };
  }
}

async function decoderFor(header: TraceHeader, options: TraceOptions): Promise<TraceDecoder> {
  const { abi, catalog } = traceModels(header, options);
  return new TraceDecoder(await TracedCalls.load(catalog, abi));
}
