export type { Backend, EmitOptions, EmittedFile } from './backend.ts';
export { cBackend } from './c/backend.ts';
export { cValidatorsBackend } from './c-validators/backend.ts';
export { docsBackend } from './docs/backend.ts';
export { jsonBackend } from './json/backend.ts';
export { backends, findBackend } from './registry.ts';
export { typescriptBackend } from './typescript/backend.ts';
export { validatorsBackend } from './validators/backend.ts';
