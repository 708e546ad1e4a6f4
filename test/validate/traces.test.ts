import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { forEachRecord } from '../../src/cli/trace-input.ts';
import { TraceJudge, type TraceVerdict } from '../../src/cli/trace-verdicts.ts';
import { abis } from '../../src/layout/abi.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import type { Report } from '../../src/validate/report.ts';
import { packageModels } from '../helpers/schemas.ts';

const models = [...packageModels().values()];

interface Judged {
  readonly record: TraceRecord;
  readonly verdict: TraceVerdict;
  readonly report: Report | undefined;
}

async function judged(profile: string): Promise<readonly Judged[]> {
  const path = fileURLToPath(new URL(`../data/validate/${profile}.jsonl.gz`, import.meta.url));
  expect(existsSync(path)).toBe(true);
  const all: Judged[] = [];
  let judge: TraceJudge | undefined;
  await forEachRecord(path, (record, header) => {
    judge ??= new TraceJudge(models, abis.lp64, header);
    const report = record.kind === 'ioctl' ? judge.report(record) : undefined;
    all.push({ record, verdict: judge.judge(record), report });
  });
  return all;
}

/** A thousand calls of each profile, recorded on Linux 6.12.117. */
describe.each(['core', 'mock', 'fault', 'vfio'])('calls recorded on a kernel (%s)', (profile) => {
  const calls = judged(profile);

  it('are never answered otherwise than the rules say for sure', async () => {
    const wrong = (await calls).filter(
      ({ record, verdict, report }) =>
        (verdict.errno !== null && verdict.errno !== record.errno) ||
        (report?.verdict.errno != null && report.verdict.errno !== record.errno) ||
        (report?.verdict.check === null && report.verdict.certain && record.errno !== null),
    );
    expect(wrong).toEqual([]);
    expect((await calls).filter(({ verdict }) => verdict.errno !== null).length).toBeGreaterThan(30);
  });

  it('succeed only where the rules find no error', async () => {
    const wrong = (await calls).filter(
      ({ record, report }) =>
        record.errno === null && (report?.issues ?? []).some(({ severity }) => severity === 'error'),
    );
    expect(wrong).toEqual([]);
  });

  it('that are too big or too short are all found', async () => {
    const sized = (await calls).filter(({ record }) => record.errno === 'E2BIG');
    expect(sized.length).toBeGreaterThan(3);
    expect(sized.filter(({ verdict }) => verdict.errno !== 'E2BIG')).toEqual([]);
    const short = (await calls).filter(({ report }) =>
      report?.issues.some(({ code }) => code === 'too-short'),
    );
    expect(short.filter(({ verdict }) => verdict.errno !== 'EINVAL')).toEqual([]);
  });

  it('of read and write with counts that are no whole records are all found', async () => {
    const partial = (await calls).filter(({ record }) => record.errno === 'ESPIPE');
    expect(partial.length).toBeGreaterThanOrEqual(profile === 'fault' ? 3 : 0);
    expect(partial.filter(({ verdict }) => verdict.errno !== 'ESPIPE')).toEqual([]);
  });

  it('fail by a check that the rules know, with the errno that the check or one that is open gives', async () => {
    const failing = (await calls).filter(
      ({ record, report }) => record.errno !== null && report !== undefined,
    );
    const unexplained = failing.filter(({ record, report }) => {
      const { refusal, dependsOn } = (report as Report).verdict;
      return refusal !== record.errno && dependsOn.length === 0;
    });
    expect(unexplained).toEqual([]);
  });
});
