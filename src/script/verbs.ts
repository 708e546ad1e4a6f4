import { callVerbs } from './call-verbs.ts';
import { dmaVerbs } from './dma-verbs.ts';
import { infoVerbs } from './info-verbs.ts';
import { invalidateVerbs } from './invalidate-verbs.ts';
import { setupVerbs } from './setup-verbs.ts';
import type { Verb } from './step-result.ts';

/** The words that a statement can start with. */
export const verbs: Readonly<Record<string, Verb>> = {
  ...setupVerbs,
  ...callVerbs,
  ...infoVerbs,
  ...invalidateVerbs,
  ...dmaVerbs,
};
