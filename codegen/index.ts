export type { Backend, EmitOptions, EmittedFile } from './backend.ts';
export * from './backends.ts';
export { backends, findBackend } from './registry.ts';
