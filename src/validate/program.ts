import type { Errno } from '../model/errno.ts';
import { type Run, runBig, runNumber, runTruth } from '../plan/evaluate.ts';
import { placeEnd } from '../plan/place.ts';
import { isSmall } from '../plan/small.ts';
import { forEachPlace, type Term } from '../plan/term.ts';
import { endOfTest } from './field-checks.ts';
import type { Check, Plan, Target, TargetMember } from './plan.ts';
import { runTest } from './tests.ts';

/** A plan made ready to run. */
export interface Program {
  readonly plan: Plan;
  readonly steps: readonly Step[];
}

/** A check made ready to run. */
export interface Step {
  readonly check: Check;
  /** Whether the check is made at all. */
  readonly applies: Run<boolean> | null;
  /** Bytes that must be there to decide it. */
  readonly end: number;
  readonly run:
    | { readonly kind: 'test'; readonly fails: Run<boolean> }
    | { readonly kind: 'undecided' }
    | { readonly kind: 'target'; readonly target: RunTarget }
    | { readonly kind: 'array'; readonly program: Program; readonly count: Run<number> }
    | {
        readonly kind: 'memory';
        readonly target: RunTarget | null;
        readonly count: Run<bigint>;
        readonly stride: Run<bigint>;
      };
}

/** Chooses the struct that bytes hold. */
export interface RunTarget {
  choose(view: DataView, base: number): ChosenMember | null;
}

/** A member of a variant set, ready to run. */
export interface ChosenMember {
  readonly member: TargetMember;
  readonly program: Program;
}

/** Makes a plan ready to run. */
export function makeProgram(plan: Plan): Program {
  const made = new Map<Plan, Program>();
  const programOf = (inner: Plan): Program => {
    let program = made.get(inner);
    if (program === undefined) {
      program = build(inner, programOf);
      made.set(inner, program);
    }
    return program;
  };
  return programOf(plan);
}

function build(plan: Plan, programOf: (plan: Plan) => Program): Program {
  return { plan, steps: plan.checks.map((check) => stepOf(check, programOf)) };
}

function stepOf(check: Check, programOf: (plan: Plan) => Program): Step {
  const applies = check.condition === null ? null : runTruth(check.condition);
  return { check, applies, end: endOfCheck(check), run: runOf(check, programOf) };
}

function runOf(check: Check, programOf: (plan: Plan) => Program): Step['run'] {
  switch (check.kind) {
    case 'test':
      return { kind: 'test', fails: runTest(check.test) };
    case 'undecided':
      return { kind: 'undecided' };
    case 'variant':
    case 'inline':
      return { kind: 'target', target: runTarget(check.target, programOf) };
    case 'array':
      return { kind: 'array', program: programOf(check.plan), count: bounded(check.count) };
    case 'memory': {
      const target = check.target === null ? null : runTarget(check.target, programOf);
      return { kind: 'memory', target, count: runBig(check.count), stride: runBig(check.stride) };
    }
  }
}

function bounded(term: Term): Run<number> {
  if (isSmall(term)) return runNumber(term);
  const exact = runBig(term);
  return (view, base) => Number(BigInt.asIntN(53, exact(view, base)));
}

/** Members by the value of their first tag; further tags are compared one by one. */
function runTarget({ tags, members }: Target, programOf: (plan: Plan) => Program): RunTarget {
  const chosen = members.map((member) => ({ member, program: programOf(member.plan) }));
  const [first] = tags;
  if (first === undefined) return { choose: () => chosen[0] ?? null };
  const values = tags.map(runBig);
  const single = tags.length === 1 && isSmall(first) ? runNumber(first) : undefined;
  if (single !== undefined && members.every((member) => member.tags[0] != null)) {
    // The first one that matches counts.
    const byTag = new Map(chosen.map((each) => [Number(each.member.tags[0]), each] as const).reverse());
    return { choose: (view, base) => byTag.get(single(view, base)) ?? null };
  }
  return {
    choose(view, base) {
      const found = values.map((value) => value(view, base));
      const fits = ({ member }: ChosenMember): boolean =>
        member.tags.every((tag, i) => tag === null || tag === found[i]);
      return chosen.find(fits) ?? null;
    },
  };
}

/** The bytes that a check reads end here. */
export function endOfCheck(check: Check): number {
  let end = check.condition === null ? 0 : endOfTerm(check.condition);
  if (check.kind === 'test') end = Math.max(end, endOfTest(check));
  if ('target' in check && check.target !== null) end = Math.max(end, ...check.target.tags.map(endOfTerm));
  if (check.kind === 'array') end = Math.max(end, endOfTerm(check.count));
  if (check.kind === 'memory') {
    end = Math.max(end, placeEnd(check.pointer), endOfTerm(check.count), endOfTerm(check.stride));
  }
  return end;
}

function endOfTerm(term: Term): number {
  let end = 0;
  forEachPlace(term, (place) => {
    end = Math.max(end, placeEnd(place));
  });
  return end;
}

/** What a check may answer. */
export function answersOf(check: Check): readonly Errno[] {
  const own = check.errno === null ? [] : [check.errno];
  return check.kind === 'memory' && check.part === 'contents' ? [...own, ...check.others] : own;
}
