import { join } from 'node:path';
import type { Command } from 'commander';
import type { Backend, EmittedFile } from '../../codegen/backend.ts';
import { backends, findBackend } from '../../codegen/registry.ts';
import { didYouMean } from '../spec/suggestion.ts';
import { Catalog } from './catalog.ts';
import type { ExitStatus } from './exit-status.ts';
import { builtinSchemas, type FileHost, readText, writeText } from './files.ts';
import { type Output, printJson } from './output.ts';
import { UsageError } from './usage-error.ts';
import { watchSchemas } from './watch.ts';

interface GenOptions {
  readonly out: string;
  readonly check?: boolean;
  readonly watch?: boolean;
  readonly kernel?: string;
  readonly json?: boolean;
}

/** `uapi gen`: writes what a back-end makes of schemas. */
export function configureGen(
  command: Command,
  output: Output,
  finish: (status: ExitStatus | Promise<ExitStatus>) => void,
): void {
  const names = backends.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`).join('\n');
  command
    .argument('<BACKEND>', `what to write: ${backends.map(({ name }) => name).join(', ')}`)
    .argument('[FILE...]', 'schema files; those of the package when none is given')
    .requiredOption('--out <DIR>', 'the folder to write to')
    .option('--check', 'write nothing; exit status 1 when the folder has not what would be written')
    .option('--watch', 'write again whenever a schema changes')
    .option('--kernel <RELEASE>', 'as of this release: 6.12, 6.12.117, 6.12.y')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `\nBack-ends:\n${names}\n\nExamples:\n  uapi gen c --out include\n  uapi gen c mydriver.yaml --out include --check`,
    )
    .action((name: string, files: string[], options: GenOptions) => {
      const backend = requireBackend(name);
      if (options.check && options.watch) throw new UsageError('--check and --watch exclude each other');
      const chosen = files.length > 0 ? files : builtinSchemas();
      const emit = (host?: FileHost): readonly EmittedFile[] =>
        emitAll(backend, Catalog.of(chosen, options.kernel, host));
      if (options.watch)
        finish(watchSchemas(chosen, output, (host) => void generate(emit(host), options, output)));
      else finish(options.check ? check(emit(), options, output) : generate(emit(), options, output));
    });
}

function requireBackend(name: string): Backend {
  const backend = findBackend(name);
  if (backend !== undefined) return backend;
  const known = backends.map((one) => one.name);
  throw new UsageError(
    `unknown back-end ${name}${didYouMean(name, known) || `, expected one of ${known.join(', ')}`}`,
  );
}

/** What the back-end makes of the schemas; two schemas must not write one file. */
export function emitAll(backend: Backend, { models }: Catalog): readonly EmittedFile[] {
  const emitted = new Map<string, EmittedFile>();
  for (const model of models) {
    for (const file of backend.emit(model)) {
      const other = emitted.get(file.path);
      if (other !== undefined && other.text !== file.text) {
        throw new UsageError(`two schemas write ${file.path}, expected a header path of its own in each`);
      }
      emitted.set(file.path, file);
    }
  }
  return [...emitted.values()];
}

function generate(emitted: readonly EmittedFile[], options: GenOptions, output: Output): ExitStatus {
  const results = emitted.map(({ path, text }) => {
    const place = join(options.out, path);
    return { path: place, result: writeText(place, text) };
  });
  if (options.json) printJson(output, results);
  else
    for (const { path, result } of results)
      output.line(`${result === 'written' ? 'wrote' : 'kept '} ${path}`);
  return 0;
}

function check(emitted: readonly EmittedFile[], options: GenOptions, output: Output): ExitStatus {
  const results = emitted.map(({ path, text }) => {
    const place = join(options.out, path);
    const found = readText(place);
    const result = found === undefined ? 'missing' : found === text ? 'same' : 'differs';
    return {
      path: place,
      result,
      line: found === undefined || result === 'same' ? null : firstDifference(found, text),
    };
  });
  if (options.json) printJson(output, results);
  else {
    for (const { path, result, line } of results) {
      if (result !== 'same') output.line(line === null ? `${path}: missing` : `${path}:${line}: differs`);
    }
  }
  return results.every(({ result }) => result === 'same') ? 0 : 1;
}

/** Number of the first line that differs. */
function firstDifference(found: string, expected: string): number {
  const [a, b] = [found.split('\n'), expected.split('\n')];
  const at = a.findIndex((line, i) => line !== b[i]);
  return (at === -1 ? a.length : at) + 1;
}
