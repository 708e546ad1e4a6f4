import type { Model } from '../model/model.ts';
import { type Availability, compareReleases, exists, newestPatch, type Release } from '../model/release.ts';
import { atRelease } from '../model/select.ts';
import type { Type } from '../model/type.ts';
import type { Abi } from './abi.ts';
import { layOut } from './layout.ts';

/** A size that a struct has or had. */
export interface GrownSize {
  /** Bytes. */
  readonly size: number;
  /**
   * Since when, as in an {@link Availability}: at most one mainline release, then stable ones; empty for the
   * size that it always had.
   */
  readonly since: readonly Release[];
}

/** Before everything that has a `since`. */
const beginning: Release = { major: 0, minor: 0, patch: 0 };

/**
 * The different sizes of a struct over the releases that its fields name, ascending.
 *
 * Releases in which it does not exist, or in which its size depends on the contents, count for nothing.
 */
export function sizesOf(model: Model, structName: string, abi: Abi): readonly GrownSize[] {
  const named = new Map<string, Release>([[key(beginning), beginning]]);
  collectReleases(model, structName, new Set(), ({ since, until }) => {
    for (const release of [...since, ...until]) named.set(key(release), release);
  });
  const releases = [...named.values()].sort(compareReleases);
  const sizes = new Map<number, Release[]>();
  for (const release of releases.filter(({ patch }) => patch === 0)) {
    const size = sizeAt(model, structName, abi, release);
    if (size !== null && !sizes.has(size)) sizes.set(size, release === beginning ? [] : [release]);
  }
  for (const release of releases.filter(({ patch }) => patch !== 0 && patch !== newestPatch)) {
    const size = sizeAt(model, structName, abi, release);
    const before = sizeAt(model, structName, abi, { ...release, patch: release.patch - 1 });
    if (size !== null && size !== before) sizes.set(size, [...(sizes.get(size) ?? []), release]);
  }
  return [...sizes].map(([size, since]) => ({ size, since })).sort((left, right) => left.size - right.size);
}

function sizeAt(model: Model, structName: string, abi: Abi, release: Release): number | null {
  const struct = model.structs.get(structName);
  if (struct === undefined || !exists(struct.availability, release)) return null;
  const selected = atRelease(model, release);
  return selected.structs.has(structName) ? layOut(selected, structName, abi).size : null;
}

function key({ major, minor, patch }: Release): string {
  return `${major}.${minor}.${patch}`;
}

/** Visits the availability of a struct, its fields, and those of the structs inside it. */
function collectReleases(
  model: Model,
  structName: string,
  seen: Set<string>,
  visit: (availability: Availability) => void,
): void {
  const struct = model.structs.get(structName);
  if (struct === undefined || seen.has(structName)) return;
  seen.add(structName);
  visit(struct.availability);
  for (const field of struct.fields) {
    visit(field.availability);
    const inner = structIn(field.type);
    if (inner !== null) collectReleases(model, inner, seen, visit);
  }
}

function structIn(type: Type): string | null {
  if (type.kind === 'named') return type.name;
  return type.kind === 'array' || type.kind === 'flexible' ? structIn(type.element) : null;
}
