import type { Command } from 'commander';
import { locate } from '../../base/span.ts';
import { UsageError } from '../../base/usage-error.ts';
import { formatDiagnostic } from '../../spec/diagnostic.ts';
import { readSchema, type SchemaResult } from '../../spec/schema-file.ts';
import type { Finish } from '../exit-status.ts';
import { builtinSchemas } from '../files.ts';
import { addOptions } from '../options/add-options.ts';
import { jsonOption } from '../options/print-options.ts';
import { type IncludeChoice, includeRootOption } from '../options/schema-options.ts';
import { FileHost } from '../schemas/schema-host.ts';
import { type Output, printJson } from '../terminal/output.ts';

const help = `
Prints FILE:LINE:COLUMN: CODE: what was found and what was expected. Exit status 1 when something is wrong in a schema, 2
when a FILE cannot be read.

Examples:
  uapi check mydriver.yaml
  uapi check --json mydriver.yaml`;

interface CheckOptions extends IncludeChoice {
  readonly json?: boolean;
}

/** `uapi check`: parses and resolves schemas and prints what is wrong in them. */
export function configureCheck(command: Command, output: Output, finish: Finish): void {
  command.argument('[FILE...]', 'schema files; those of the package when none is given');
  addOptions(command, includeRootOption, jsonOption)
    .addHelpText('after', help)
    .action((files: string[], options: CheckOptions) => {
      const results = (files.length > 0 ? files : builtinSchemas()).map((file) => ({
        file,
        ...readSchema(file, new FileHost(options.includeRoot)),
      }));
      const read = results.filter(({ file, sources }) => sources.has(file));
      if (options.json === true) printAsJson(read, output);
      else for (const result of read) printResult(result, output);
      const unread = results.find((result) => !read.includes(result));
      // A file that is not there is no finding about a schema.
      if (unread !== undefined) throw new UsageError(problemOf(unread));
      finish(results.every((result) => result.model !== null) ? 0 : 1);
    });
}

function problemOf({ file, diagnostics }: NamedResult): string {
  return diagnostics[0]?.message.replace(/\.$/, '') ?? `cannot read ${file}`;
}

type NamedResult = SchemaResult & { readonly file: string };

function printResult({ file, model, diagnostics, omitted, sources }: NamedResult, output: Output): void {
  for (const diagnostic of diagnostics) output.line(formatDiagnostic(diagnostic, sources));
  if (omitted > 0) output.line(`... and ${omitted} more`);
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  if (model === null) {
    output.line(`${file}: ${errors === 1 ? '1 error' : `${errors} errors`}`);
    return;
  }
  const own = (map: ReadonlyMap<string, { readonly interface: string }>): number =>
    [...map.values()].filter((declaration) => declaration.interface === model.root).length;
  const structs = [...model.structs.values()].filter(
    (struct) => struct.interface === model.root && !struct.inline,
  );
  const counts = [
    [structs.filter((struct) => struct.kind !== 'registers').length, 'struct'],
    [structs.filter((struct) => struct.kind === 'registers').length, 'register block'],
    [own(model.ioctls), 'ioctl'],
    [own(model.flags) + own(model.enums), 'set'],
    [own(model.chains), 'chain'],
  ] as const;
  const parts = counts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}${n === 1 ? '' : 's'}`);
  output.line(`${file}: ok (${parts.join(', ') || 'nothing declared'})`);
}

function printAsJson(results: readonly NamedResult[], output: Output): void {
  printJson(
    output,
    results.map(({ file, model, diagnostics, omitted, sources }) => ({
      file,
      ok: model !== null,
      omitted,
      diagnostics: diagnostics.map(({ severity, code, message, span }) => {
        const { line, column } = locate(sources.get(span.file) ?? '', span.start);
        return { severity, code, message, file: span.file, line, column };
      }),
    })),
  );
}
