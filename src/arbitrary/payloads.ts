import fc from 'fast-check';
import { assert } from '../base/internal-error.ts';
import { boundsOf, integerKindOf } from '../codec/oracle/integer-kind.ts';
import { makeOracle } from '../codec/oracle/oracle.ts';
import type { StructValue } from '../codec/oracle/value.ts';
import { abis } from '../layout/abi.ts';
import { integerNamed } from '../layout/named-integer.ts';
import type { Chain, Struct, VariantMembership } from '../model/declaration.ts';
import { fold } from '../model/evaluate.ts';
import type { Model } from '../model/model.ts';
import { integers } from './integers.ts';
import type { ArbitraryOptions, Mode } from './options.ts';
import { anyValue, boundaryValue, validValue } from './values.ts';

const makers = { valid: validValue, any: anyValue, boundary: boundaryValue };

/** What an ioctl takes: the value of a struct, an integer, or nothing. */
export type IoctlValue = StructValue | bigint | undefined;

/**
 * Arguments of an ioctl.
 *
 * @param ioctlName a key of `model.ioctls`
 */
export function ioctlArgument(
  model: Model,
  ioctlName: string,
  mode: Mode = 'valid',
  options: ArbitraryOptions = {},
): fc.Arbitrary<IoctlValue> {
  const argument = model.ioctls.get(ioctlName)?.argument;
  assert(argument !== undefined, `unknown ioctl: ${ioctlName}`);
  switch (argument.kind) {
    case 'struct':
      return makers[mode](model, argument.name, options);
    case 'scalar': {
      const kind = integerKindOf({ kind: 'scalar', name: argument.name }, options.abi ?? abis.lp64, 'little');
      assert(kind !== undefined, 'scalars are integers');
      return integers(boundsOf(8 * kind.bytes, kind.signed), mode);
    }
    case 'value': {
      const set = argument.enumeration && model.enums.get(argument.enumeration.name);
      const known = (set?.values ?? []).filter(({ role }) => role !== 'bound').map(({ value }) => value);
      if (mode === 'valid' && known.length > 0) return fc.constantFrom(...known);
      return integers(boundsOf(32, argument.fileDescriptor !== undefined), mode);
    }
    case 'string':
    case 'none':
      return fc.constant(undefined);
  }
}

/** An element of a chain. */
export interface ChainElement {
  readonly struct: string;
  readonly value: StructValue;
  readonly bytes: Uint8Array;
}

/**
 * Elements of a chain, of all the structs that it may hold, each with the id (and version) that says so and a
 * next pointer that ends the chain.
 *
 * @param chainName a key of `model.chains`
 */
export function chainElement(
  model: Model,
  chainName: string,
  mode: Mode = 'valid',
  options: ArbitraryOptions = {},
): fc.Arbitrary<ChainElement> {
  const chain = model.chains.get(chainName);
  assert(chain !== undefined, `unknown chain: ${chainName}`);
  const abi = options.abi ?? abis.lp64;
  const { context = {} } = options;
  const elements = [...model.structs.values()].flatMap((struct) => {
    const membership = struct.memberOf.find(({ set }) => set === chain.elements);
    const fixed = membership && headerOf(chain, struct, membership, model);
    if (fixed === undefined) return [];
    const oracle = makeOracle(model, struct.name, abi);
    const value = makers[mode](model, struct.name, { ...options, fixed: { ...fixed, ...options.fixed } });
    return [
      value.map((each) => {
        const bytes = new Uint8Array(oracle.measure(each, context));
        oracle.encode(each, new DataView(bytes.buffer), 0, context);
        return { struct: struct.name, value: each, bytes };
      }),
    ];
  });
  return fc.oneof(...elements);
}

/** What the header of an element must hold; undefined where the struct does not start with the header. */
function headerOf(
  chain: Chain,
  struct: Struct,
  membership: VariantMembership,
  model: Model,
): Record<string, bigint> | undefined {
  const path = pathToHeader(model, struct, chain.header);
  if (path === undefined) return undefined;
  const inHeader = (names: readonly string[]): string => [...path, ...names].join('.');
  const lookup = (name: readonly string[]): bigint | undefined =>
    integerNamed(model, name.join('.'), abis.lp64);
  const fixed: Record<string, bigint> = { [inHeader(chain.next.path)]: chain.end[0] ?? 0n };
  for (const [i, names] of [chain.id, chain.version].entries()) {
    const tag = membership.tags[i];
    const value = tag === null || tag === undefined ? undefined : fold(tag, { lookup });
    if (names !== null && value !== undefined) fixed[inHeader(names)] = value;
  }
  return fixed;
}

/** The names from a struct down to its first member, until that is the header. */
function pathToHeader(model: Model, struct: Struct, header: string): readonly string[] | undefined {
  if (struct.name === header) return [];
  const [first] = struct.fields;
  const inner = first?.type.kind === 'named' ? model.structs.get(first.type.name) : undefined;
  if (first === undefined || inner === undefined) return undefined;
  const path = pathToHeader(model, inner, header);
  return path && [...(first.name === null ? [] : [first.name]), ...path];
}
