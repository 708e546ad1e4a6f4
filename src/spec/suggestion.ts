import { distance } from 'fastest-levenshtein';
import { limits } from './limits.ts';

/** The known name that is closest to a mistyped one, if any is close enough to be meant. */
export function closest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  if (name.length > 100) return undefined;
  let tried = 0;
  for (const candidate of known) {
    if (++tried > limits.candidates) break;
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const d = distance(name.toLowerCase(), candidate.toLowerCase());
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

/** `; did you mean X?` where a known name is close, else nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const best = closest(name, known);
  return best === undefined ? '' : `; did you mean ${best}?`;
}
