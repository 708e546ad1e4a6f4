import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { typescriptBackend } from '../../../codegen/typescript/backend.ts';
import type { Model } from '../../../src/model/model.ts';

const project = fileURLToPath(new URL('../../../tsconfig.json', import.meta.url));
const runtime = fileURLToPath(new URL('../../../src/codec/runtime/index.ts', import.meta.url));

/** What the type checker says of code generated from models, under the project's own rules. */
export function typeErrors(models: readonly Model[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'uapikit-types-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const files = models.flatMap((model, i) => {
      mkdirSync(join(folder, `${i}`));
      const interfaces = [...model.interfaces.keys()];
      return typescriptBackend
        .emit(model, { interfaces, settings: { extension: '.ts' } })
        .map(({ path, text }) => {
          const file = join(folder, `${i}`, path);
          writeFileSync(file, text);
          return file;
        });
    });
    const { config } = ts.readConfigFile(project, ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
    const program = ts.createProgram(files, {
      ...options,
      noEmit: true,
      skipLibCheck: true,
      rootDir: '/',
      types: [],
      paths: { 'uapikit/runtime': [runtime] },
    });
    return ts.getPreEmitDiagnostics(program).map((each) => {
      const text = ts.flattenDiagnosticMessageText(each.messageText, ' ');
      const line =
        each.file === undefined ? 0 : each.file.getLineAndCharacterOfPosition(each.start ?? 0).line + 1;
      return `${each.file?.fileName.slice(folder.length) ?? ''}:${line}: ${text}`;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
