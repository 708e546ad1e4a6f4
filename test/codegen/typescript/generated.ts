import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { typescriptBackend } from '../../../codegen/typescript/backend.ts';
import type { AbiCodecs } from '../../../src/codec/runtime/codec.ts';
import type { Model } from '../../../src/model/model.ts';

/** The exports of a generated file. */
export type GeneratedModule = Readonly<Record<string, unknown>>;

/** What was generated from one model. */
export interface Generated {
  readonly little: GeneratedModule;
  /** The big-endian file; null where it would be the same. */
  readonly big: GeneratedModule | null;
  readonly text: string;
}

const runtime = fileURLToPath(new URL('../../../src/codec/runtime/index.ts', import.meta.url));

/** Generates files from models into a temporary folder and imports them, by the models' roots. */
export async function generate(models: readonly Model[]): Promise<ReadonlyMap<string, Generated>> {
  const folder = mkdtempSync(join(tmpdir(), 'uapikit-typescript-'));
  mkdirSync(folder, { recursive: true });
  try {
    const texts = new Map<string, string>();
    for (const model of models) {
      for (const { path, text } of typescriptBackend.emit(model, {
        interfaces: [...model.interfaces.keys()],
        settings: { runtime, extension: '.ts', views: 'all' },
      })) {
        writeFileSync(join(folder, path), text);
        texts.set(path, text);
      }
    }
    const load = async (path: string): Promise<GeneratedModule | null> => {
      return texts.has(path) ? await import(/* @vite-ignore */ pathToFileURL(join(folder, path)).href) : null;
    };
    const all = new Map<string, Generated>();
    for (const { root } of models) {
      const little = (await load(`${root}.ts`)) ?? {};
      all.set(root, { little, big: await load(`${root}.be.ts`), text: texts.get(`${root}.ts`) ?? '' });
    }
    return all;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The table of codecs by struct names that a generated file exports. */
export function codecsOf(module: GeneratedModule): Readonly<Record<string, AbiCodecs<unknown>>> {
  const tables = Object.entries(module).filter(([name]) => /^[a-z]\w*Codecs$/.test(name));
  return Object.assign({}, ...tables.map(([, table]) => table));
}
