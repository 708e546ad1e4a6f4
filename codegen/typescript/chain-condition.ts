import { formatExpression } from '../../src/layout/expression-text.ts';
import { type Expression, partsOf } from '../../src/model/expression.ts';
import { resolvePath } from '../../src/model/path.ts';
import type { ChainMember } from '../../src/plan/members.ts';
import { type Place, placeEnd } from '../../src/plan/place.ts';
import { fieldPlace, isPlain, partText, readUnitText } from './chain-place.ts';
import { type AbiChain, headBytes } from './chain-plan.ts';
import { asBoolean, type Code, literal } from './code.ts';
import { docComment } from './doc.ts';
import { type CodeScope, printCode } from './expression.ts';
import type { StructFacts } from './facts.ts';
import type { Module } from './module.ts';
import { planOf } from './plan.ts';
import { flagCode } from './range-code.ts';
import { readScalar, unsigned } from './scalar.ts';
import { FunctionScope } from './scope.ts';

/**
 * The condition of a chain as a test over the bytes of the struct with the head, which starts at `start` and of which
 * `size` bytes are there; null where there is none. Fields behind the end count as 0.
 */
export function headCondition(module: Module, plan: AbiChain): string | null {
  const { chain, head, facts } = plan;
  if (chain.condition === undefined || head.kind === 'fixed') return null;
  const { struct } = head;
  const sure = headBytes(plan);
  const scope: CodeScope = {
    fold: (expression) =>
      isConstant(expression, struct, facts) ? facts.constant(expression, struct) : undefined,
    name: (path) => {
      const leaf = leafOf(path, struct, facts);
      if (typeof leaf === 'bigint') return literal(leaf);
      const code = placeCode(module, leaf.place, placeEnd(leaf.place) <= sure);
      return leaf.flag === undefined ? code : flagCode(code, leaf.flag);
    },
    call: () => literal(0n),
    runtime: (name) => module.runtime(name),
  };
  return asBoolean(printCode(chain.condition, scope)).text;
}

type Leaf = { readonly place: Place; readonly flag?: Parameters<typeof flagCode>[1] };

function leafOf(path: readonly string[], struct: string, facts: StructFacts): Leaf | bigint {
  const target = resolvePath(facts.model, struct, path, (name) => facts.constantOf(name));
  if (target?.kind === 'constant') return target.value;
  const place = target?.kind === 'field' ? fieldPlace(facts, struct, target) : undefined;
  if (target?.kind !== 'field' || place === undefined) return 0n;
  return target.flag === undefined ? { place } : { place, flag: target.flag };
}

function isConstant(expression: Expression, struct: string, facts: StructFacts): boolean {
  if (expression.kind === 'name') return typeof leafOf(expression.path, struct, facts) === 'bigint';
  if (expression.kind === 'call' && /^(size|offset)of/.test(expression.callee)) return true;
  return partsOf(expression).every((child) => isConstant(child, struct, facts));
}

function placeCode(module: Module, place: Place, sure: boolean): Code {
  const part = partText(place, readUnitText(module, place, 'start'));
  const type = isPlain(place) ? 'number' : 'bigint';
  const text = sure ? part : `size < ${placeEnd(place)} ? 0${type === 'bigint' ? 'n' : ''} : ${part}`;
  return {
    text,
    type,
    first: 0n,
    last: 2n ** BigInt(place.width) - 1n,
    atom: sure && /^[\w.(), +]*\)$/.test(part) && !part.includes(' & '),
  };
}

/**
 * Prints the function that tells from its bytes whether an element is a member with a condition.
 *
 * @returns its parameters' text, or null where the condition asks for fields that only a decoded value has
 */
export function printMemberTest(
  module: Module,
  member: ChainMember,
  facts: StructFacts,
  name: string,
): boolean {
  const { condition, struct } = member;
  if (condition === undefined) return false;
  const plan = planOf(struct.name, facts);
  const scope = new FunctionScope(module, plan, false, [
    { expression: condition, scopes: [struct.name], auto: false },
  ]);
  if (plan.all.some((item) => scope.presenceOf(item) !== undefined || scope.countOf(item) !== undefined))
    return false;
  const reads: string[] = [];
  for (const reference of scope.references.values()) {
    const place = FunctionScope.tailPlace(reference, plan);
    const last = reference.tail.at(-1)?.field ?? reference.item.field;
    const isThere =
      reference.item.field.condition === undefined &&
      reference.item.kind !== 'bits' &&
      reference.tail.every(({ field }) => field.condition === undefined);
    if (place === undefined || !isThere || place.delta + place.scalar.bytes > plan.layout.minSize)
      return false;
    const scalar = last.bits === undefined ? place.scalar : unsigned(place.scalar);
    const at = place.delta === 0 ? 'offset' : `offset + ${place.delta}`;
    reads.push(`const ${reference.name} = ${readScalar(scalar, at)};`);
  }
  const test = scope.condition(condition, [struct.name]);
  const { printer } = module;
  const usesContext = /\bcontext\b/.test(test);
  printer.blank();
  printer.lines(docComment(`Whether an element is a ${struct.name}: ${formatExpression(condition)}.`, 0));
  printer.line(
    `function ${name}(${reads.length > 0 ? 'view' : '_view'}: DataView, ${reads.length > 0 ? 'offset' : '_offset'}: number, ${usesContext ? 'context' : '_context'}?: ${module.runtimeType('CodecContext')}): boolean {`,
  );
  printer.indented(() => {
    printer.lines(reads);
    printer.line(`return ${test};`);
  });
  printer.line('}');
  return true;
}
