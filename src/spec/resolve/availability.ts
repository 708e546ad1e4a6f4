import {
  type Availability,
  always,
  compareReleases,
  exists,
  formatRelease,
  newestPatch,
  parseRelease,
  type Release,
} from '../../model/release.ts';
import { get, getList, type SpecNode } from '../node.ts';
import type { ResolveContext } from './context.ts';

/** Reads `since` and `until` of a declaration, field or value. */
export function resolveAvailability(node: SpecNode, context: ResolveContext): Availability {
  const since = releases(node, 'since', context);
  const until = releases(node, 'until', context);
  const untilNode = get(node, 'until');
  if (untilNode !== undefined && until.length > 0 && !until.every((end) => laterThanSome(end, since))) {
    const message = `until ${until.map(formatRelease).join(', ')} is not later than since ${since.map(formatRelease).join(', ')}, expected a later release.`;
    context.error('bad-release', untilNode.span, message);
  }
  return since.length === 0 && until.length === 0 ? always : { since, until };
}

/** True where something can have been there before it went: it came earlier in the same branch, or in the mainline. */
function laterThanSome(end: Release, since: readonly Release[]): boolean {
  return since.length === 0 || since.some((start) => compareReleases(start, end) < 0);
}

/** True where no release has both things. */
export function areApart(a: Availability, b: Availability): boolean {
  const all = [...a.since, ...a.until, ...b.since, ...b.until, { major: 0, minor: 0, patch: 0 }];
  return !all.some((release) => exists(a, release) && exists(b, release));
}

/** Reads a release written as text; reports one that is none. */
export function resolveRelease(node: SpecNode, context: ResolveContext): Release | undefined {
  const release = node.kind === 'string' ? parseRelease(node.value) : undefined;
  if (release === undefined) {
    const found = node.kind === 'string' ? `"${node.value}"` : 'something else';
    context.error('bad-release', node.span, `found ${found}, expected a release like "6.12" or "6.12.117".`);
  }
  return release;
}

function sameBranch(a: Release, b: Release): boolean {
  return a.patch > 0 && b.patch > 0 && a.major === b.major && a.minor === b.minor;
}

function releases(node: SpecNode, key: string, context: ResolveContext): readonly Release[] {
  const nodes = getList(node, key);
  const list = nodes.map((item) => resolveRelease(item, context)).filter((release) => release !== undefined);
  for (const [i, release] of list.entries()) {
    const twin = list
      .slice(0, i)
      .some((other) => compareReleases(other, release) === 0 || sameBranch(other, release));
    const span = nodes[i]?.span ?? node.span;
    if (twin)
      context.error(
        'bad-release',
        span,
        `${key} names the branch of ${formatRelease(release)} twice, expected once.`,
      );
    if (release.patch === newestPatch) {
      context.error(
        'bad-release',
        span,
        `${key} is ${formatRelease(release)}, expected a release with a number.`,
      );
    }
  }
  const mainline = list.filter((release) => release.patch === 0);
  if (mainline.length > 1 && nodes[0] !== undefined) {
    context.error(
      'bad-release',
      nodes[0].span,
      `${key} names ${mainline.length} mainline releases, expected at most one in addition to stable ones.`,
    );
  }
  return list;
}
