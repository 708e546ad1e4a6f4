import type { Errno } from '../../model/errno.ts';
import type { SetUse } from '../../model/set-use.ts';
import { get, getString, type SpecNode } from '../node.ts';
import type { ResolveContext } from './context.ts';

/** Reads the flag set or enum that a value is made of, with the answer to what is unknown. */
export function resolveSetUse(
  node: SpecNode,
  key: 'flags' | 'enum',
  context: ResolveContext,
): SetUse | undefined {
  const name = getString(node, key);
  if (name === undefined) return undefined;
  const span = get(node, key)?.span ?? node.span;
  context.later(() => {
    const sets = key === 'flags' ? context.flags : context.enums;
    if (!sets.has(name)) context.unknown(key === 'flags' ? 'flag set' : 'enum', name, span, sets.keys());
  });
  return { name, unknown: resolveErrno(node, 'unknown') };
}

/** Reads the name of an error number, which the language's JSON Schema knows; null if the key is missing. */
export function resolveErrno(node: SpecNode | undefined, key: string): Errno | null {
  return (getString(node, key) as Errno | undefined) ?? null;
}
