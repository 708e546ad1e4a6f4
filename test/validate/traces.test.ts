import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { forEachRecord } from '../../src/cli/trace/input.ts';
import { TraceJudge, type TraceVerdict } from '../../src/cli/trace/verdicts.ts';
import { abis } from '../../src/layout/abi.ts';
import { linkModels } from '../../src/spec/link.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import { entryChecks } from '../../src/validate/plan.ts';
import type { Report } from '../../src/validate/report.ts';
import { makeValidator, type Validator } from '../../src/validate/validator.ts';
import { packageModels } from '../helpers/schemas.ts';
import { modelNamed } from './payloads.ts';

const model = linkModels([...packageModels().values()]);

interface Judged {
  readonly record: TraceRecord;
  readonly verdict: TraceVerdict;
  readonly report: Report | undefined;
}

async function judged(name: string): Promise<readonly Judged[]> {
  const path = fileURLToPath(new URL(`../data/${name}`, import.meta.url));
  expect(existsSync(path)).toBe(true);
  const all: Judged[] = [];
  let judge: TraceJudge | undefined;
  await forEachRecord(path, (record, header) => {
    judge ??= new TraceJudge(model, abis.lp64, header);
    const report = record.kind === 'ioctl' ? judge.report(record) : undefined;
    all.push({ record, verdict: judge.judge(record), report });
  });
  return all;
}

/** Whether the kernel answered otherwise than a verdict says for sure. */
function isContradicted({ record, verdict, report }: Judged): boolean {
  if (verdict.errno !== null && verdict.errno !== record.errno) return true;
  return report?.verdict.certain === true && report.verdict.errno !== record.errno;
}

/** All traces that the reference is compared with. */
describe('calls of other recordings', () => {
  const names = readdirSync(new URL('../data/traces/', import.meta.url)).filter((name) =>
    name.endsWith('.gz'),
  );

  it.each(names)('are never answered otherwise than a verdict says for sure (%s)', async (name) => {
    const calls = await judged(`traces/${name}`);
    expect(calls.filter(isContradicted)).toEqual([]);
    expect(calls.filter(({ report }) => report?.verdict.certain).length).toBeGreaterThan(30);
  });
});

/** A thousand calls of each profile, recorded on Linux 6.12.117. */
describe.each(['core', 'mock', 'fault', 'vfio'])('calls recorded on a kernel (%s)', (profile) => {
  const calls = judged(`validate/${profile}.jsonl.gz`);

  it('are never answered otherwise than the rules say for sure', async () => {
    expect((await calls).filter(isContradicted)).toEqual([]);
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

/** The kind of file that a line of vfio-answers means. */
const kinds = {
  container: 'vfio_container',
  group: 'vfio_group',
  device: 'vfio_device',
  node: 'vfio_device_cdev',
} as const;

/** What VFIO's files answered in all their states (test/oracle/vfio-answers.c), on Linux 6.12.117 with VT-d. */
describe('answers of VFIO files, recorded on a kernel', () => {
  const text = gunzipSync(readFileSync(new URL('../data/validate/vfio-answers.txt.gz', import.meta.url)));
  const answers = text
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ') as [string, keyof typeof kinds, string, string, string])
    .map(([state, file, ioctl, hex, errno]) => ({ state, file, ioctl, hex, errno }));
  const vfio = modelNamed('vfio');
  const validators = new Map<string, Validator | undefined>();

  function reportOf(file: keyof typeof kinds | null, ioctl: string, hex: string): Report {
    const key = `${file} ${ioctl}`;
    const argument = vfio.ioctls.get(ioctl)?.argument;
    const struct = argument?.kind === 'struct' ? argument.name : '';
    const env = file === null ? {} : { [kinds[file]]: 1n };
    if (!validators.has(key))
      validators.set(key, makeValidator(vfio, struct, { abi: abis.lp64, env, ioctl }));
    const validator = validators.get(key);
    if (validator === undefined) throw new Error(`${ioctl} has no struct`);
    return validator.validate(Uint8Array.from(Buffer.from(hex, 'hex')));
  }

  const success = (errno: string): string | null => (errno === '0' ? null : errno);

  it('are never other than a verdict that is certain, on the kind of file that was asked or any', () => {
    expect(answers.length).toBeGreaterThan(1500);
    let certain = 0;
    for (const { file, ioctl, hex, errno, state } of answers) {
      for (const asked of [file, null]) {
        const { verdict } = reportOf(asked, ioctl, hex);
        if (!verdict.certain) continue;
        certain++;
        expect([state, file, ioctl, hex, verdict.errno]).toEqual([state, file, ioctl, hex, success(errno)]);
      }
    }
    expect(certain).toBeGreaterThan(500);
  });

  it('are explained by the first check that fails, or by one that is open', () => {
    const unexplained = answers.filter(({ file, ioctl, hex, errno }) => {
      const { check, refusal, open } = reportOf(file, ioctl, hex).verdict;
      const possible = [...open.flatMap(({ errnos }) => errnos), check === null ? '0' : refusal];
      return check !== entryChecks.readable && !possible.some((each) => each === errno);
    });
    expect(unexplained).toEqual([]);
  });

  it('are refusals wherever the file is not in the state that it must be in', () => {
    const refused = answers.filter(({ state }) =>
      ['new', 'group-in', 'group-out', 'unbound'].includes(state),
    );
    expect(refused.length).toBeGreaterThan(300);
    for (const { file, ioctl, hex, errno } of refused) {
      expect([ioctl, errno]).not.toEqual([ioctl, '0']);
      if (ioctl === 'VFIO_DEVICE_BIND_IOMMUFD') continue;
      expect(errno).toBe('EINVAL');
      const { verdict } = reportOf(file, ioctl, hex);
      const isOpen = verdict.open.some(({ check }) => check === 'bound' || check === 'model-set');
      expect(isOpen || verdict.refusal === 'EINVAL').toBe(true);
    }
  });
});
