import { join } from 'node:path';
import type { Command } from 'commander';
import type { Backend, EmittedFile } from '../../../codegen/backend.ts';
import { backends, findBackend } from '../../../codegen/registry.ts';
import { didYouMean } from '../../base/suggestion.ts';
import { UsageError } from '../../base/usage-error.ts';
import type { Model } from '../../model/model.ts';
import type { ExitStatus, Finish } from '../exit-status.ts';
import { builtinSchemas, readText } from '../files.ts';
import { addOptions } from '../options/add-options.ts';
import { jsonOption } from '../options/print-options.ts';
import { repeatable } from '../options/repeatable.ts';
import { includeRootOption, kernelOption } from '../options/schema-options.ts';
import { requireRelease } from '../schemas/catalog.ts';
import { ModelLoader } from '../schemas/model-loader.ts';
import { watchSchemas } from '../schemas/watch.ts';
import { type Output, printJson } from '../terminal/output.ts';
import { writeTexts } from '../write-files.ts';

const help = `
Files that are up to date are not written; all others of a run change together or not at all.

Examples:
  uapi gen c --out include
  uapi gen c mydriver.yaml --out -
  uapi gen c mydriver.yaml --out include --check
  uapi gen typescript mydriver.yaml --out src/codecs --watch`;

interface GenOptions {
  readonly out: string;
  readonly check?: boolean;
  readonly watch?: boolean;
  readonly kernel?: string;
  readonly set?: readonly string[];
  readonly json?: boolean;
  readonly includeRoot?: readonly string[];
}

/** `uapi gen`: writes what a back-end makes of schemas. */
export function configureGen(command: Command, output: Output, finish: Finish): void {
  const names = backends
    .flatMap(({ name, summary, settings = {} }) => [
      `  ${name.padEnd(12)} ${summary}`,
      ...Object.entries(settings).map(([key, meaning]) => `${' '.repeat(15)}--set ${key}=VALUE: ${meaning}`),
    ])
    .join('\n');
  command
    .argument('<BACKEND>', `what to write: ${backends.map(({ name }) => name).join(', ')}`)
    .argument('[FILE...]', 'schema files; those of the package when none is given')
    .requiredOption('--out <DIR>', 'the folder to write to, or - to print the one file that results')
    .option('--check', 'write nothing; exit status 1 if the folder differs from what would be written')
    .option('--watch', 'write again whenever a schema changes')
    .addOption(repeatable('--set <NAME=VALUE>', 'a setting of the back-end'));
  addOptions(command, kernelOption, includeRootOption, jsonOption)
    .addHelpText('after', `\nBack-ends:\n${names}\n${help}`)
    .action((name: string, files: string[], options: GenOptions) => {
      const backend = requireBackend(name);
      checkTogether(options);
      const chosen = files.length > 0 ? files : builtinSchemas();
      const loader = new ModelLoader(requireRelease(options.kernel), {
        includeRoots: options.includeRoot ?? [],
      });
      const emit = emitter(backend, chosen, loader, settingsOf(backend, options.set ?? []));
      if (options.watch)
        finish(watchSchemas(chosen, loader, output, () => void generate(emit(), options, output)));
      else finish(options.check ? check(emit(), options, output) : generate(emit(), options, output));
    });
}

/** Options that exclude each other. */
function checkTogether({ out, check, watch, json }: GenOptions): void {
  const given = [
    ['--out -', out === '-'],
    ['--check', check],
    ['--watch', watch],
  ] as const;
  const [one, other] = given.filter(([, isGiven]) => isGiven === true).map(([name]) => name);
  if (other !== undefined) throw new UsageError(`${one} and ${other} exclude each other`);
  if (out === '-' && json === true) throw new UsageError('--out - and --json exclude each other');
}

/** The settings by name; a name that the back-end does not know is a mistake. */
function settingsOf(backend: Backend, words: readonly string[]): Readonly<Record<string, string>> {
  const known = Object.keys(backend.settings ?? {});
  return Object.fromEntries(
    words.map((word) => {
      const [name = '', ...value] = word.split('=');
      if (value.length === 0) throw new UsageError(`--set ${word} has no value, expected NAME=VALUE`);
      if (!known.includes(name)) {
        const hint = didYouMean(name, known) || `, expected ${known.join(' or ') || 'none'}`;
        throw new UsageError(`the back-end ${backend.name} has no setting ${name}${hint}`);
      }
      return [name, value.join('=')];
    }),
  );
}

function requireBackend(name: string): Backend {
  const backend = findBackend(name);
  if (backend !== undefined) return backend;
  const known = backends.map((one) => one.name);
  throw new UsageError(
    `unknown back-end ${name}${didYouMean(name, known) || `, expected one of ${known.join(', ')}`}`,
  );
}

/** Makes what a back-end makes of schemas; a model that is the same as before is not printed again. */
function emitter(
  backend: Backend,
  files: readonly string[],
  loader: ModelLoader,
  settings: Readonly<Record<string, string>>,
): () => readonly EmittedFile[] {
  const before = new WeakMap<Model, readonly EmittedFile[]>();
  return () => {
    const models = files.map((file) => loader.load(file));
    const emitted = models.flatMap((model) => {
      const files = before.get(model) ?? backend.emit(model, { settings });
      before.set(model, files);
      return files;
    });
    return withoutClashes([...emitted, ...(backend.emitTogether?.(models, { settings }) ?? [])]);
  };
}

/** The files by path; two schemas must not write different texts to one. */
function withoutClashes(files: readonly EmittedFile[]): readonly EmittedFile[] {
  const byPath = new Map<string, EmittedFile>();
  for (const file of files) {
    const other = byPath.get(file.path);
    if (other !== undefined && other.text !== file.text) {
      throw new UsageError(`two schemas write ${file.path}, expected a different header path in each`);
    }
    byPath.set(file.path, file);
  }
  return [...byPath.values()];
}

function generate(emitted: readonly EmittedFile[], options: GenOptions, output: Output): ExitStatus {
  if (options.out === '-') return printOnly(emitted, output);
  const files = emitted.map(({ path, text }) => ({ path: join(options.out, path), text }));
  const written = writeTexts(files);
  const results = files.map(({ path }, i) => ({ path, result: written[i] ?? 'unchanged' }));
  if (options.json) printJson(output, results);
  else
    for (const { path, result } of results)
      output.line(`${result === 'written' ? 'wrote' : 'kept '} ${path}`);
  return 0;
}

/** Prints the one file that results: as it is into files and pipes, and to a terminal what it can bear. */
function printOnly(emitted: readonly EmittedFile[], output: Output): ExitStatus {
  const [file, ...others] = emitted;
  if (file === undefined || others.length > 0) {
    throw new UsageError(
      `--out - prints one file, but ${emitted.length} result: ${emitted.map(({ path }) => path).join(', ')}`,
      'name one schema FILE, or give --out a folder',
    );
  }
  if (output.isTerminal) output.line(file.text.replace(/\n$/, ''));
  else output.bytes(new TextEncoder().encode(file.text));
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
