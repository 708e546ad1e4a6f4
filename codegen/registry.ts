import type { Backend } from './backend.ts';
import { cBackend } from './c/backend.ts';
import { cValidatorsBackend } from './c-validators/backend.ts';
import { docsBackend } from './docs/backend.ts';
import { jsonBackend } from './json/backend.ts';
import { typescriptBackend } from './typescript/backend.ts';
import { validatorsBackend } from './validators/backend.ts';

/** The back-ends, one row each. */
export const backends: readonly Backend[] = [
  cBackend,
  typescriptBackend,
  docsBackend,
  jsonBackend,
  cValidatorsBackend,
  validatorsBackend,
];

/** Finds a back-end by its name on the command line. */
export function findBackend(name: string): Backend | undefined {
  return backends.find((backend) => backend.name === name);
}
