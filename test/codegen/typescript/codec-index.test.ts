import { describe, expect, it } from 'vitest';
import { typescriptBackend } from '../../../codegen/typescript/backend.ts';
import { codecModules } from '../../../src/generated/ts/index.ts';
import { pinnedModels, structsOf } from '../../codec/real-schemas.ts';

const models = pinnedModels();

describe('the index of codecs', () => {
  it.each(['little', 'big'] as const)('finds every struct of every interface (%s-endian)', async (endian) => {
    expect(Object.keys(codecModules)).toEqual(models.map(({ root }) => root));
    for (const model of models) {
      const own = structsOf(model);
      const table = await codecModules[model.root]?.[endian]();
      expect(Object.keys(table ?? {}).sort()).toEqual(own.map(({ name }) => name).sort());
    }
  });

  it('is written only when it has a name', () => {
    expect(typescriptBackend.emitTogether?.(models)).toEqual([]);
    expect(typescriptBackend.emitTogether?.(models, { settings: { index: 'all.ts' } })).toMatchObject([
      { path: 'all.ts', text: expect.stringContaining("import('./vfio.be.js')") },
    ]);
  });
});
