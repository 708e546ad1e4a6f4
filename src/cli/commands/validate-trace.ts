import { isCall } from '../../trace/event.ts';
import { fileKinds } from '../../trace/open-files.ts';
import type { TraceHeader } from '../../trace/record.ts';
import type { ExitStatus } from '../exit-status.ts';
import type { SchemaChoice } from '../options/schema-options.ts';
import { Lines } from '../terminal/lines.ts';
import type { Output } from '../terminal/output.ts';
import { forEachLine } from '../trace/input.ts';
import { sameModels, traceModels } from '../trace/models.ts';
import { TraceJudge, type TraceVerdict } from '../trace/verdicts.ts';

interface TraceOptions extends SchemaChoice {
  readonly json?: boolean;
}

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
  let above: TraceHeader | undefined;
  const counts = { calls: 0, named: 0, wrong: 0 };
  if (options.json) lines.add('[');
  await forEachLine(path, (line, header) => {
    if (judge === undefined || !sameModels(header, above)) judge = judgeFor(header, options);
    else if (header !== above) judge.startProcess();
    above = header;
    if (!isCall(line)) {
      judge.follow(line);
      return;
    }
    const verdict = judge.judge(line);
    const wrong = verdict.errno !== null && verdict.errno !== line.errno;
    counts.calls++;
    if (verdict.errno !== null) counts.named++;
    if (wrong) counts.wrong++;
    if (options.json) lines.add(`${counts.calls === 1 ? '' : ','}${JSON.stringify(verdict)}`);
    else if (verdict.check !== null || wrong) lines.add(verdictText(verdict, line.errno));
  });
  lines.add(options.json ? ']' : summary(counts));
  lines.end();
  return counts.wrong > 0 ? 1 : 0;
}

function judgeFor(header: TraceHeader, options: TraceOptions): TraceJudge {
  const { abi, catalog } = traceModels(header, options);
  return new TraceJudge(catalog.ofFiles(fileKinds), abi, header);
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
