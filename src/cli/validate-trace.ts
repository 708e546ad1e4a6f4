import { abis } from '../layout/abi.ts';
import { formatRelease, parseRelease } from '../model/release.ts';
import type { TraceHeader } from '../trace/record.ts';
import { Catalog } from './catalog.ts';
import type { ExitStatus } from './exit-status.ts';
import type { Output } from './output.ts';
import { forEachRecord } from './trace-input.ts';
import { TraceJudge, type TraceVerdict } from './trace-verdicts.ts';
import { UsageError } from './usage-error.ts';

interface TraceOptions {
  readonly kernel?: string;
  readonly schema?: string[];
  readonly json?: boolean;
}

/** Lines that go out at once. */
const batch = 1024;

/**
 * Checks every call of a recorded trace by its payload alone and compares with what the kernel answered.
 *
 * @returns 1 where a call had another answer than its payload says
 */
export async function validateTrace(
  path: string,
  options: TraceOptions,
  output: Output,
): Promise<ExitStatus> {
  const lines = new Lines(output);
  let judge: TraceJudge | undefined;
  const counts = { calls: 0, named: 0, wrong: 0 };
  if (options.json) lines.add('[');
  await forEachRecord(path, (record, header) => {
    judge ??= judgeFor(header, options);
    const verdict = judge.judge(record);
    const wrong = verdict.errno !== null && verdict.errno !== record.errno;
    counts.calls++;
    if (verdict.errno !== null) counts.named++;
    if (wrong) counts.wrong++;
    if (options.json) lines.add(`${counts.calls === 1 ? '' : ','}${JSON.stringify(verdict)}`);
    else if (verdict.check !== null || wrong) lines.add(verdictText(verdict, record.errno));
  });
  lines.add(options.json ? ']' : summary(counts));
  lines.end();
  return counts.wrong > 0 ? 1 : 0;
}

/** Lines in batches: each one on its own would cost a system call. */
class Lines {
  readonly #output: Output;
  #waiting: string[] = [];

  constructor(output: Output) {
    this.#output = output;
  }

  add(line: string): void {
    this.#waiting.push(line);
    if (this.#waiting.length >= batch) this.end();
  }

  end(): void {
    if (this.#waiting.length > 0) this.#output.line(this.#waiting.join('\n'));
    this.#waiting = [];
  }
}

function judgeFor(header: TraceHeader, { kernel, schema }: TraceOptions): TraceJudge {
  const machine = header.machine.replace(/^i[3-6]86$/, 'i386');
  const abi =
    machine === 'i386' ? abis.i386 : /^(arm|armv\w+|riscv32|mips)$/.test(machine) ? abis.ilp32 : abis.lp64;
  const release = kernel ?? header.kernel;
  if (kernel === undefined && parseRelease(release) === undefined) {
    throw new UsageError(
      `the trace was recorded on ${JSON.stringify(release)}, which is no release: --kernel chooses one`,
    );
  }
  const usual = Catalog.load(schema);
  const same = usual.models.every(({ release: own }) => own !== null && formatRelease(own) === release);
  return new TraceJudge((same ? usual : Catalog.load(schema, release)).models, abi, header);
}

function verdictText({ seq, name, errno, check }: TraceVerdict, recorded: string | null): string {
  const found = recorded ?? '0';
  if (errno === null)
    return `${seq} ${name}: ${found}; the payload does not pass ${check}, other checks come first`;
  if (errno === recorded) return `${seq} ${name}: ${errno} by ${check}`;
  return `${seq} ${name}: ${found}, but the payload says ${errno} by ${check}`;
}

function summary({
  calls,
  named,
  wrong,
}: {
  readonly calls: number;
  readonly named: number;
  readonly wrong: number;
}): string {
  const answers = wrong === 0 ? 'as the kernel gave them' : `${wrong} of them other than the kernel's`;
  return `${calls} calls; the payload alone decides the answer of ${named}, ${answers}.`;
}
