import type { Backend } from './backend.ts';
import * as all from './backends.ts';

/** The back-ends, ordered by the names of their exports. */
export const backends: readonly Backend[] = Object.values(all);

/** Finds a back-end by its name on the command line. */
export function findBackend(name: string): Backend | undefined {
  return backends.find((backend) => backend.name === name);
}
