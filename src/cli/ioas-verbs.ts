import { callVerbs } from './ioas-call-verbs.ts';
import { dmaVerbs } from './ioas-dma-verbs.ts';
import { infoVerbs } from './ioas-info-verbs.ts';
import { invalidateVerbs } from './ioas-invalidate-verbs.ts';
import type { Verb } from './ioas-outcome.ts';
import { setupVerbs } from './ioas-setup-verbs.ts';

/** The words that a statement can start with. */
export const verbs: Readonly<Record<string, Verb>> = {
  ...setupVerbs,
  ...callVerbs,
  ...infoVerbs,
  ...invalidateVerbs,
  ...dmaVerbs,
};
