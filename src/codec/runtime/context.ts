import type { CodecContext } from './codec.ts';

/** A number from the struct that holds the chain, 0 where there is none. */
export function outerValue(context: CodecContext | undefined, ...path: string[]): bigint {
  return valueAt(context?.outer, path);
}

/** A number from another capability of the same device, 0 where there is none. */
export function peerValue(context: CodecContext | undefined, block: string, ...path: string[]): bigint {
  return valueAt(context?.peers?.[block], path);
}

/** Whether another capability of the same device is there, or a member of it. */
export function hasPeer(context: CodecContext | undefined, block: string, ...path: string[]): boolean {
  return memberAt(context?.peers?.[block], path) !== undefined;
}

/** Whether a member of the struct that holds the chain is there. */
export function hasOuter(context: CodecContext | undefined, ...path: string[]): boolean {
  return memberAt(context?.outer, path) !== undefined;
}

/** A number that only the caller knows, 0 where it is not given. */
export function envValue(context: CodecContext | undefined, name: string): bigint {
  return integer(context?.env?.[name]);
}

function valueAt(root: unknown, path: readonly string[]): bigint {
  return integer(memberAt(root, path));
}

function memberAt(root: unknown, path: readonly string[]): unknown {
  let member = root;
  for (const name of path) {
    member =
      typeof member === 'object' && member !== null && Object.hasOwn(member, name)
        ? (member as { readonly [name: string]: unknown })[name]
        : undefined;
  }
  return member;
}

function integer(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : 0n;
}
