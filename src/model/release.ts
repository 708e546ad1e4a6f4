/**
 * A kernel release. `6.15` is the mainline release, `6.12.117` a stable one, `6.12.y` the newest state of
 * the stable branch that a schema knows of (its patch is {@link newestPatch}).
 */
export interface Release {
  readonly major: number;
  readonly minor: number;
  /** 0 for a mainline release. */
  readonly patch: number;
}

/** The patch level that stands for the newest one of a stable branch (`6.12.y`). */
export const newestPatch = 0xffff;

/**
 * In which releases something exists.
 *
 * `since` holds at most one mainline release and any number of stable ones: the thing is there from that
 * mainline release on, and in each named stable branch from the named patch on. No `since`: always.
 * `until` is the same for its removal; the named release is the first without it.
 */
export interface Availability {
  readonly since: readonly Release[];
  readonly until: readonly Release[];
}

/** Something that always was there. */
export const always: Availability = { since: [], until: [] };

/**
 * Reads a release: `6.15` (mainline), `6.12.117` (stable), `6.12.y` (newest state of the stable branch).
 *
 * @returns undefined where the text is no release
 */
export function parseRelease(text: string): Release | undefined {
  const match = /^(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})(?:\.(0|[1-9]\d{0,3}|y))?$/.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch = '0'] = match;
  return { major: Number(major), minor: Number(minor), patch: patch === 'y' ? newestPatch : Number(patch) };
}

/** Writes a release as {@link parseRelease} reads it. */
export function formatRelease(release: Release): string {
  const branch = `${release.major}.${release.minor}`;
  if (release.patch === 0) return branch;
  return release.patch === newestPatch ? `${branch}.y` : `${branch}.${release.patch}`;
}

/** Order of releases by major, minor and patch number: negative, 0 or positive as in a sort. */
export function compareReleases(left: Release, right: Release): number {
  return left.major - right.major || left.minor - right.minor || left.patch - right.patch;
}

/** Tells whether something is there in a release: `since` is reached and `until` is not. */
export function exists(availability: Availability, release: Release): boolean {
  const began = availability.since.length === 0 || reached(availability.since, release);
  return began && !reached(availability.until, release);
}

/**
 * True where a release has one of the listed ones in its history: a mainline release is in that of all
 * releases that are not below it, a stable one only in its own branch from its patch on.
 */
function reached(list: readonly Release[], release: Release): boolean {
  return list.some((entry) => {
    if (entry.patch === 0) return compareReleases(release, entry) >= 0;
    return entry.major === release.major && entry.minor === release.minor && release.patch >= entry.patch;
  });
}
