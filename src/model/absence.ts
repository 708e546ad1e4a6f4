import type { Ioctl, Struct } from './declaration.ts';
import type { Model } from './model.ts';
import { type Availability, exists, formatRelease, type Release } from './release.ts';

/** What a model was cut down to. */
export interface Selection {
  readonly release: Release | null;
  readonly architecture: string | null;
}

/**
 * Why something is missing from a model that was cut down to a release or an architecture: it, or what it cannot be
 * without, is not there.
 *
 * @param whole the model with everything
 * @param thing a struct or ioctl of that model
 * @returns what is to be said of its name, like `exists since Linux 6.8`; null if nothing of this is the reason
 */
export function reasonOfAbsence(
  whole: Model,
  thing: Struct | Ioctl,
  { release, architecture }: Selection,
): string | null {
  for (const needed of neededBy(whole, thing)) {
    if (release !== null) {
      const missing = needed.filter(({ availability }) => !exists(availability, release));
      const [first] = missing;
      if (first !== undefined && missing.length === needed.length)
        return timeText(first.availability, release);
    }
    if (architecture !== null) {
      const lists = needed.flatMap(({ architectures }) =>
        architectures === undefined ? [] : [architectures],
      );
      if (lists.length === needed.length && !lists.flat().includes(architecture)) {
        return `exists on ${[...new Set(lists.flat())].join(', ')} only`;
      }
    }
  }
  return null;
}

interface Needed {
  readonly availability: Availability;
  readonly architectures?: readonly string[];
}

/** Groups of which something has to be there each: the thing itself, its argument, one of its kinds of file. */
function neededBy(whole: Model, thing: Struct | Ioctl): readonly (readonly Needed[])[] {
  if (thing.kind !== 'ioctl') return [[thing]];
  const struct = thing.argument.kind === 'struct' ? whole.structs.get(thing.argument.name) : undefined;
  const fds = thing.fds.flatMap((name) => whole.fds.get(name) ?? []);
  return [[thing], struct === undefined ? [] : [struct], fds].filter((group) => group.length > 0);
}

function timeText({ since, until }: Availability, release: Release): string {
  const began = since.length === 0 || exists({ since, until: [] }, release);
  const list = (began ? until : since).map(formatRelease).join(' and ');
  return began ? `is gone since Linux ${list}` : `exists since Linux ${list}`;
}
