import type { Errno } from '../model/errno.ts';
import { applyBinary, applyFunction } from '../model/evaluate.ts';
import { binary, constant, type Term } from '../plan/term.ts';
import type { Check, Plan, Target } from './plan.ts';
import { answersOf } from './program.ts';
import { type HelperName, ScriptWriter } from './script.ts';

/** What a script says of a payload that has exactly the struct's size: -1 where anything is to be reported. */
export type FastCheck = (view: DataView, base: number) => number;

/** A check of the usual payload: nothing wrong, and which of the undecided checks are made. */
export interface Fast {
  readonly run: FastCheck;
  readonly undecided: readonly Undecided[];
}

/** An undecided check with what it may answer. */
interface Undecided {
  readonly id: string;
  readonly errnos: readonly Errno[];
  /** The bit in what `run` gives, where the check is made only under a condition. */
  readonly bit: number | null;
}

const helpers: Readonly<Record<HelperName, (x: bigint, y: bigint) => bigint>> = {
  alignUp: (x, y) => applyFunction('align', x, y) ?? 0n,
  divide: (x, y) => applyBinary('/', x, y),
  remainder: (x, y) => applyBinary('%', x, y),
  shiftLeft: (x, y) => applyBinary('<<', x, y),
  shiftRight: (x, y) => applyBinary('>>', x, y),
  log2: (x) => applyFunction('log2', x, 0n) ?? 0n,
  popcount: (x) => applyFunction('popcount', x, 0n) ?? 0n,
};

/** Conditions that fit into the number that a script gives. */
const bitsMax = 30;

/**
 * Compiles the checks of a plan to one function without loops or allocation.
 *
 * @returns undefined where the engine forbids that (a content security policy) or the plan is beyond it; the slow walk
 *   gives the same reports
 */
export function compileFast(plan: Plan): Fast | undefined {
  const writer = new ScriptWriter('fast');
  const fails: string[] = [];
  const bits: string[] = [];
  const undecided: Undecided[] = [];
  const bitOf = (condition: string): number => {
    if (!bits.includes(condition)) bits.push(condition);
    return bits.indexOf(condition);
  };
  for (const check of plan.checks) {
    const when = check.condition === null ? '' : `${writer.truth(check.condition)} && `;
    if (isOpen(check)) {
      undecided.push({
        id: check.id,
        errnos: answersOf(check),
        bit: check.condition === null ? null : bitOf(writer.truth(check.condition)),
      });
      continue;
    }
    const failing = failsOf(check, plan, writer);
    if (failing !== null) fails.push(`${when}(${failing})`);
  }
  if (bits.length > bitsMax) return undefined;
  const body = [
    ...writer.declarations,
    ...fails.map((each) => `if (${each}) return -1;`),
    `return ${bits.map((each, bit) => `(${each} ? ${2 ** bit} : 0)`).join(' | ') || '0'};`,
  ];
  const names = Object.keys(helpers);
  try {
    // The text is made of numbers and operators only; no name of a schema gets into it.
    const make = new Function(...names, `"use strict"; return (view, base) => { ${body.join('\n')} };`);
    return { run: make(...Object.values(helpers)) as FastCheck, undecided };
  } catch {
    return undefined;
  }
}

/** True for checks that the bytes do not decide. */
export function isOpen(check: Check): boolean {
  return (
    check.kind === 'undecided' ||
    (check.kind === 'memory' && check.part === 'contents' && check.errno !== null)
  );
}

/** An expression that is true where a check has something to report; null where it never has. */
function failsOf(check: Check, plan: Plan, writer: ScriptWriter): string | null {
  switch (check.kind) {
    case 'test':
      return writer.fails(check.test);
    case 'variant':
      return writer.isNot(isKnown(check.target));
    case 'inline':
      // What stands behind the struct is not there in a payload of its size.
      return check.offset >= plan.size ? null : 'true';
    case 'array':
      return check.offset >= plan.size ? writer.truth(check.count) : 'true';
    case 'memory':
      if (check.part === 'contents' || check.target === null) return null;
      return check.target.members
        .map(({ plan: { size }, min, tags }) => {
          const length = check.stride;
          const fits = binary(
            '&&',
            binary('>=', length, constant(BigInt(min))),
            binary('<=', length, constant(BigInt(size))),
          );
          const meant = binary(
            '&&',
            binary('>', check.count, constant(0n)),
            matches(check.target as Target, tags),
          );
          return `${writer.truth(meant)} && ${writer.isNot(fits)}`;
        })
        .map((each) => `(${each})`)
        .join(' || ');
    default:
      return null;
  }
}

/** Whether tags have the values of a member. */
export function matches({ tags }: Target, values: readonly (bigint | null)[]): Term {
  return values.reduce<Term>((all, value, i) => {
    const tag = tags[i];
    return value === null || tag === undefined ? all : binary('&&', all, binary('==', tag, constant(value)));
  }, constant(1n));
}

/** Whether the tags name any member. */
export function isKnown(target: Target): Term {
  return target.members.reduce<Term>(
    (any, member) => binary('||', any, matches(target, member.tags)),
    constant(0n),
  );
}
