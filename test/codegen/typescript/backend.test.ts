import { describe, expect, test } from 'vitest';
import { typescriptBackend } from '../../../codegen/typescript/backend.ts';
import { pinnedModels } from '../../codec/real-schemas.ts';

describe('the TypeScript back-end', () => {
  const models = pinnedModels();

  test('is deterministic', () => {
    for (const model of models) expect(typescriptBackend.emit(model)).toEqual(typescriptBackend.emit(model));
  });

  test('ends every line and file as editors want it, and names no folder of this machine', () => {
    for (const { path, text } of models.flatMap((model) => typescriptBackend.emit(model))) {
      expect(path).toMatch(/^[\w-]+(\.be)?\.ts$/);
      expect(text.endsWith('\n') && !text.endsWith('\n\n')).toBe(true);
      expect(text).not.toMatch(/[ \t]\n|\n\n\n|\t|\/home\/|\/work\//);
    }
  });

  test('imports nothing but the runtime and the files of imported interfaces', () => {
    for (const model of models) {
      for (const { text } of typescriptBackend.emit(model)) {
        const known = [
          'uapikit/runtime',
          ...[...model.interfaces.keys()].flatMap((name) => [`./${name}.js`, `./${name}.be.js`]),
        ];
        for (const [, from] of text.matchAll(/ from '([^']+)';/g)) expect(known).toContain(from);
      }
    }
  });

  test('takes the runtime and the extension from its settings', () => {
    const [model] = models;
    if (model === undefined) throw new Error('there are schemas');
    const [file] = typescriptBackend.emit(model, { settings: { runtime: '../mine.ts', extension: '.ts' } });
    expect(file?.text).toContain("from '../mine.ts';");
    expect(file?.text).not.toContain('uapikit/runtime');
  });
});
