// The back-ends, one row each. The command line, its help, the golden files and the laws of all back-ends follow this list.
export { cBackend } from './c/backend.ts';
export { cValidatorsBackend } from './c-validators/backend.ts';
export { docsBackend } from './docs/backend.ts';
export { jsonBackend } from './json/backend.ts';
export { typescriptBackend } from './typescript/backend.ts';
export { validatorsBackend } from './validators/backend.ts';
