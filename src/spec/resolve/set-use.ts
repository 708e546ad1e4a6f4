import type { Errno } from '../../model/errno.ts';
import { errnos } from '../../model/errno.ts';
import type { SetUse } from '../../model/set-use.ts';
import { get, getString, type SpecNode } from '../node.ts';
import { didYouMean } from '../suggestion.ts';
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
  return { name, unknown: resolveErrno(node, 'unknown', context) };
}

/** Reads the name of an error number; null where the key is missing. */
export function resolveErrno(node: SpecNode | undefined, key: string, context: ResolveContext): Errno | null {
  const found = get(node, key);
  if (found?.kind !== 'string') return null;
  if (Object.hasOwn(errnos, found.value)) return found.value as Errno;
  const hint = didYouMean(found.value, Object.keys(errnos));
  context.error(
    'unknown-errno',
    found.span,
    `unknown error number ${found.value.slice(0, 40)}${hint || ', expected one of Linux, like EINVAL.'}`,
  );
  return null;
}
