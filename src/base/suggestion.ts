import { distance } from 'fastest-levenshtein';

/** Names that a suggestion is looked for among. */
const candidatesMax = 20_000;

/** The known name that is closest to a mistyped one, if any is close enough to be meant. */
export function closest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  if (name.length < 2 || name.length > 100) return undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  let tried = 0;
  for (const candidate of known) {
    if (++tried > candidatesMax) break;
    if (Math.abs(candidate.length - name.length) >= least) continue;
    // Of two letters, one wrong is too much unless it is the last.
    if (name.length === 2 && candidate[0]?.toLowerCase() !== name[0]?.toLowerCase()) continue;
    const d = misspelling(name.toLowerCase(), candidate.toLowerCase());
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

/** The edit distance, but letters in a wrong order count as one mistake. */
function misspelling(a: string, b: string): number {
  const edits = distance(a, b);
  return edits === 2 && [...a].sort().join('') === [...b].sort().join('') ? 1 : edits;
}

/** `; did you mean X?` where a known name is close, else nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const best = closest(name, known);
  return best === undefined ? '' : `; did you mean ${best}?`;
}
