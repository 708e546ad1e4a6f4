import type { Model } from '../model/model.ts';
import { runNumber } from '../plan/evaluate.ts';
import { placeEnd } from '../plan/place.ts';
import { read } from '../plan/term.ts';
import { compilePlan, type PlanOptions } from './compile.ts';
import { compileFast, type Fast } from './fast.ts';
import type { UserMemory } from './memory.ts';
import { entryChecks, type Plan } from './plan.ts';
import { makeProgram, type Program } from './program.ts';
import type { Report } from './report.ts';
import { openChecks, Walk } from './walk.ts';

/** What is known beside the payload. */
export interface ValidateOptions {
  /** Memory that fields point to; without it nothing behind pointers is looked at. */
  readonly memory?: UserMemory;
}

/** The rules of a struct made ready to check payloads. */
export interface Validator {
  readonly plan: Plan;
  /** Checks the bytes of an ioctl's argument. Never throws for what is in the bytes. */
  validate(bytes: Uint8Array | DataView, options?: ValidateOptions): Report;
}

/**
 * Makes the rules of a struct ready to check payloads.
 *
 * @param struct a key of `model.structs`; the model is one of a single release (atRelease)
 * @returns undefined where the struct is unknown
 */
export function makeValidator(model: Model, struct: string, options: PlanOptions): Validator | undefined {
  const plan = compilePlan(model, struct, options);
  return plan === undefined ? undefined : validatorOf(plan);
}

/** Checks one payload; {@link makeValidator} is for many. */
export function validate(
  model: Model,
  struct: string,
  bytes: Uint8Array | DataView,
  options: PlanOptions & ValidateOptions,
): Report | undefined {
  return makeValidator(model, struct, options)?.validate(bytes, options);
}

function validatorOf(plan: Plan): Validator {
  const { size, entry } = plan;
  let program: Program | undefined;
  const fast = compileFast(plan);
  const clean = new Map<number, Report>();
  const sizeOf = entry.kind === 'fixed' ? () => size : runNumber(read(entry.size));
  const sizeEnd = entry.kind === 'fixed' ? 0 : placeEnd(entry.size);
  return {
    plan,
    validate(bytes, { memory } = {}) {
      const view =
        bytes instanceof DataView ? bytes : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const given = view.byteLength;
      const claimed = given < sizeEnd ? null : sizeOf(view, 0);
      if (fast !== undefined && given === size && claimed === size && memory === undefined) {
        const made = fast.run(view, 0);
        if (made >= 0) return clean.get(made) ?? cleanReport(plan, fast, made, clean);
      }
      program ??= makeProgram(plan);
      return walk(program, { view, given, claimed }, memory ?? null);
    },
  };
}

/** Reports of payloads that pass everything differ only in what depends on state. */
function cleanReport(
  { before }: Plan,
  { undecided }: Fast,
  made: number,
  reports: Map<number, Report>,
): Report {
  const met = undecided.filter(({ bit }) => bit === null || ((made >> bit) & 1) === 1);
  const open = Object.freeze(
    openChecks([...before.map(({ id, errno }) => ({ id, errnos: [errno] })), ...met]),
  );
  const dependsOn = Object.freeze(open.map(({ check }) => check));
  const certain = dependsOn.length === 0;
  const verdict = Object.freeze({ errno: null, check: null, refusal: null, certain, dependsOn, open });
  const report = Object.freeze({ issues: Object.freeze([]), verdict });
  if (reports.size < reportsMax) reports.set(made, report);
  return report;
}

/** Clean reports that are kept. */
const reportsMax = 1024;

interface Payload {
  readonly view: DataView;
  /** Bytes that there are. */
  readonly given: number;
  /** What the size field says; null where it is not there. */
  readonly claimed: number | null;
}

function walk(program: Program, payload: Payload, memory: UserMemory | null): Report {
  const { entry, size } = program.plan;
  const { view, given, claimed } = payload;
  const run = new Walk(memory, program.plan.before);
  const whole = { base: 0, prefix: '', origin: 0 };
  if (claimed === null) {
    run.missing(given, entry.kind === 'fixed' ? size : placeEnd(entry.size), 'EFAULT');
    return run.report;
  }
  if (entry.kind === 'fixed') {
    if (given < size) run.missing(given, size, 'EFAULT');
    run.run(program, { ...whole, view, end: given });
    return run.report;
  }
  // argsz is read together with the rest of the first release.
  if (entry.kind === 'negotiated' && given < entry.min) run.missing(given, entry.min, 'EFAULT');
  if (claimed < entry.min) {
    const expected = { kind: 'range', first: BigInt(entry.min), last: null } as const;
    const { path, offset, bytes } = entry.size;
    const at = { path, offset, length: bytes, expected, actual: BigInt(claimed) };
    run.fail({ ...at, code: 'too-short', errno: entry.short, rule: entryChecks.short });
  }
  if (entry.kind === 'extensible') {
    const tail = firstSet(view, size, Math.min(claimed, given));
    if (tail !== null) {
      const expected = { kind: 'value', value: 0n } as const;
      const at = { path: '', offset: tail, length: 1, expected, actual: BigInt(view.getUint8(tail)) };
      run.fail({ ...at, code: 'dirty-tail', errno: entry.tail, rule: entryChecks.tail });
    }
    if (claimed > given) run.missing(given, claimed, 'EFAULT');
  }
  const known = claimed < entry.min ? given : Math.min(given, claimed);
  // A shorter struct of an older caller reads as if zeros followed.
  const grows = claimed <= given && known < size;
  const end = grows ? Math.max(size, known) : Math.max(known, Math.min(given, entry.min));
  run.run(program, { ...whole, view: grows ? padded(view, known, size) : view, end });
  return run.report;
}

/** The first byte that is not 0 in a range. */
function firstSet(view: DataView, start: number, end: number): number | null {
  for (let i = start; i < end; i++) if (view.getUint8(i) !== 0) return i;
  return null;
}

function padded(view: DataView, length: number, size: number): DataView {
  const bytes = new Uint8Array(size);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, Math.min(length, view.byteLength)));
  return new DataView(bytes.buffer);
}
