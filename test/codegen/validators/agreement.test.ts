import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { validatorsBackend } from '../../../codegen/validators/backend.ts';
import { abis, formatAbi } from '../../../src/layout/abi.ts';
import { makeValidator } from '../../../src/validate/validator.ts';
import { argumentStructs, payloads } from '../../validate/payloads.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-checks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const structs = argumentStructs();
const models = [...new Set(structs.map(({ model }) => model))];

interface Generated {
  readonly checks: Readonly<Record<string, (view: DataView) => { errno: string; check: string } | null>>;
}

async function load(text: string, name: string): Promise<Generated> {
  const path = join(folder, name);
  const module = { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022 };
  writeFileSync(path, ts.transpileModule(text, { compilerOptions: module }).outputText);
  return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Generated;
}

describe('validators in TypeScript', () => {
  it.each(['lp64', 'i386-be'] as const)('answer as the interpreter does (%s)', async (abiName) => {
    const abi = abis[abiName];
    for (const model of models) {
      const [file] = validatorsBackend.emit(model, { settings: { abi: formatAbi(abi), fd: 'iommufd' } });
      const { checks } = await load(file?.text ?? '', `${model.root}-${abiName}.mjs`);
      const env = Object.fromEntries(
        [...model.fds.keys()].map((kind) => [kind, kind === 'iommufd' ? 1n : 0n]),
      );
      for (const struct of structs.filter((each) => each.model === model)) {
        const validator = makeValidator(model, struct.name, { abi, env });
        fc.assert(
          fc.property(payloads(struct, abi), (bytes) => {
            const verdict = validator?.validate(bytes).verdict;
            // A view that does not start at the start of its buffer.
            const whole = new Uint8Array(bytes.length + 16).fill(0xff);
            whole.set(bytes, 8);
            const found = checks[struct.name]?.(new DataView(whole.buffer, 8, bytes.length));
            const expected = verdict?.check == null ? null : { errno: verdict.refusal, check: verdict.check };
            expect(found).toEqual(expected);
          }),
          { numRuns: 25 },
        );
      }
    }
  });

  it('import nothing and pass the strictest checks of the compiler', () => {
    const files = models.flatMap((model) => validatorsBackend.emit(model));
    const paths = files.map(({ path, text }) => {
      expect(text).not.toMatch(/\bimport\b/);
      writeFileSync(join(folder, path), text);
      return join(folder, path);
    });
    const program = ts.createProgram(paths, {
      strict: true,
      noUncheckedIndexedAccess: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      noImplicitReturns: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ES2022,
      noEmit: true,
      types: [],
      lib: ['lib.es2022.d.ts'],
      skipLibCheck: true,
    });
    const problems = ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
      return `${file?.fileName ?? ''}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
    expect(problems).toEqual([]);
  });
});
