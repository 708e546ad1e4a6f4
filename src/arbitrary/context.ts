import fc from 'fast-check';
import { type OpenValue, type StructValue, setProperty } from '../codec/oracle/value.ts';
import { worldOf } from '../codec/oracle/world.ts';
import type { CodecContext } from '../codec/runtime/codec.ts';
import { abis } from '../layout/abi.ts';
import { type Expression, partsOf } from '../model/expression.ts';
import type { Model } from '../model/model.ts';
import type { Type } from '../model/type.ts';
import { anyValue } from './values.ts';

/** What the expressions of a struct ask of its surroundings. */
interface Asked {
  readonly outer: Set<string>;
  readonly peers: Set<string>;
  readonly env: Set<string>;
}

/** Surroundings for a struct: values for all that its expressions ask for, any of which may be missing. */
export function contextFor(model: Model, structName: string): fc.Arbitrary<CodecContext> {
  const asked: Asked = { outer: new Set(), peers: new Set(), env: new Set() };
  collectStruct(model, structName, asked, new Set());
  if (asked.outer.size + asked.peers.size + asked.env.size === 0) return fc.constant({});
  const peers = [...asked.peers].map((name) => fc.option(anyValue(model, name), { nil: undefined }));
  const small = fc.nat(16);
  return fc
    .tuple(
      fc.tuple(...peers),
      fc.tuple(...[...asked.outer].map(() => small)),
      fc.tuple(...[...asked.env].map(() => small)),
    )
    .map(([blocks, outers, envs]) => ({
      outer: nest([...asked.outer].map((path, i) => [path, outers[i] ?? 0])),
      peers: named([...asked.peers], blocks),
      env: Object.fromEntries([...asked.env].map((name, i) => [name, envs[i] ?? 0])),
    }));
}

function named(
  names: readonly string[],
  blocks: readonly (StructValue | undefined)[],
): Record<string, StructValue> {
  return Object.fromEntries(names.flatMap((name, i) => (blocks[i] === undefined ? [] : [[name, blocks[i]]])));
}

function nest(entries: readonly (readonly [path: string, value: number])[]): StructValue {
  const root: OpenValue = {};
  for (const [path, value] of entries) {
    const names = path.split('.');
    let at = root;
    for (const name of names.slice(0, -1)) {
      if (typeof at[name] !== 'object') setProperty(at, name, {});
      at = at[name] as OpenValue;
    }
    setProperty(at, names.at(-1) ?? '', value);
  }
  return root;
}

function collectStruct(model: Model, name: string, asked: Asked, seen: Set<string>): void {
  const struct = model.structs.get(name);
  if (struct === undefined || seen.has(name)) return;
  seen.add(name);
  const note = (expression: Expression | undefined): void => {
    if (expression !== undefined) collect(model, name, expression, asked);
  };
  note(struct.size);
  for (const { at, condition, count, auto, range, bits, type } of struct.fields) {
    for (const expression of [at, condition, count, auto, range?.first, range?.last]) note(expression);
    for (const each of bits ?? []) note(each.condition);
    const inner = structIn(type);
    if (inner !== null) collectStruct(model, inner, asked, seen);
  }
}

function collect(model: Model, struct: string, expression: Expression, asked: Asked): void {
  if (expression.kind === 'name') {
    const target = worldOf(model, abis.lp64).resolve(struct, expression.path);
    if (target?.kind === 'outer') asked.outer.add(target.path.join('.'));
    if (target?.kind === 'peer') asked.peers.add(target.struct);
    if (target?.kind === 'environment') asked.env.add(target.name);
  }
  for (const part of partsOf(expression)) collect(model, struct, part, asked);
}

function structIn(type: Type): string | null {
  if (type.kind === 'named') return type.name;
  return type.kind === 'array' || type.kind === 'flexible' ? structIn(type.element) : null;
}
