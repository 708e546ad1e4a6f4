import type { Command } from 'commander';
import type { Finish } from '../exit-status.ts';
import { builtinSchemas } from '../files.ts';
import { addOptions } from '../options/add-options.ts';
import { archOption } from '../options/arch-option.ts';
import { jsonOption } from '../options/print-options.ts';
import { kernelOption, type SchemaChoice, schemaOptions } from '../options/schema-options.ts';
import { Catalog } from '../schemas/catalog.ts';
import { compiledItems } from '../schemas/compiled-index.ts';
import { itemsOf, type ListItem } from '../schemas/list-items.ts';
import { itemsWith, noteAbsence } from '../schemas/list-words.ts';
import { type Output, printJson, table } from '../terminal/output.ts';

interface ListOptions extends SchemaChoice {
  readonly all?: boolean;
  readonly json?: boolean;
}

const help = `
Exit status 1 if nothing contains WORD.

Examples:
  uapi list
  uapi list dirty
  uapi list --all MPS
  uapi list --schema mydriver.yaml my_`;

/** `uapi list`: what the schemas declare. */
export function configureList(command: Command, output: Output, finish: Finish): void {
  command
    .argument('[WORD]', 'show only what has this word in its name, number, fd or description, or this number')
    .option('--all', 'constants, flags and values too');
  addOptions(command, kernelOption, archOption, schemaOptions, jsonOption)
    .addHelpText('after', help)
    .action((word: string | undefined, options: ListOptions) => {
      const shown = listItems(options).filter((item) => !item.small || options.all === true);
      const items = word === undefined ? shown : itemsWith(shown, word, options);
      if (options.json === true) {
        printJson(
          output,
          items.map(({ small: _, ...item }) => item),
        );
      } else {
        const rows = items.map((item) => [item.kind, item.name, item.detail, firstSentence(item.doc)]);
        for (const line of table(rows)) output.line(line);
        if (word !== undefined) noteAbsence(items, word, options, output);
      }
      finish(items.length === 0 && word !== undefined ? 1 : 0);
    });
}

/** Everything that the schemas declare: from what the build made, where that is asked for, else from the models. */
export function listItems(choice: SchemaChoice): readonly ListItem[] {
  const { schema = [], kernel, arch } = choice;
  const isUsual = schema.length === 0 && kernel === undefined && arch === undefined;
  const compiled = isUsual ? compiledItems(builtinSchemas()) : null;
  if (compiled !== null) return compiled as unknown as readonly ListItem[];
  return Catalog.load(choice).models.flatMap(itemsOf);
}

/** A description's first sentence, on one line. */
export function firstSentence(doc: string): string {
  return /^.*?[.;](?=\s|$)/s.exec(doc)?.[0].replaceAll('\n', ' ') ?? doc.replaceAll('\n', ' ');
}
