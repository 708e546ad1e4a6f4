import { type Availability, always, parseRelease, type Release } from '../../model/release.ts';
import { getList, type SpecNode } from '../node.ts';
import type { ResolveContext } from './context.ts';

/** Reads `since` and `until` of a declaration, field or value. */
export function resolveAvailability(node: SpecNode, context: ResolveContext): Availability {
  const since = releases(node, 'since', context);
  const until = releases(node, 'until', context);
  return since.length === 0 && until.length === 0 ? always : { since, until };
}

/** Reads a release written as text; reports one that is none. */
export function resolveRelease(node: SpecNode, context: ResolveContext): Release | undefined {
  const release = node.kind === 'string' ? parseRelease(node.value) : undefined;
  if (release === undefined) {
    const found = node.kind === 'string' ? `"${node.value}"` : 'something else';
    context.error('bad-release', node.span, `found ${found}, expected a release like "6.12", "6.12.117" or "6.12.y".`);
  }
  return release;
}

function releases(node: SpecNode, key: string, context: ResolveContext): readonly Release[] {
  const nodes = getList(node, key);
  const list = nodes.map((item) => resolveRelease(item, context)).filter((release) => release !== undefined);
  const mainline = list.filter((release) => release.patch === 0);
  if (mainline.length > 1 && nodes[0] !== undefined) {
    context.error('bad-release', nodes[0].span, `${key} names ${mainline.length} mainline releases, expected at most one beside stable ones.`);
  }
  return list;
}
