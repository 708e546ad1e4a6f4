import type { Command } from 'commander';
import { Catalog } from './catalog.ts';
import { compiledItems } from './compiled-index.ts';
import type { ExitStatus } from './exit-status.ts';
import { builtinSchemas } from './files.ts';
import { itemsOf, type ListItem } from './list-items.ts';
import { itemsWith, type ListChoice, noteAbsence } from './list-words.ts';
import { archOption } from './options/arch-option.ts';
import { type Output, printJson, table } from './output.ts';

/** `uapi list`: what the schemas declare. */
export function configureList(command: Command, output: Output, finish: (status: ExitStatus) => void): void {
  command
    .argument('[WORD]', 'show only what has this word in its name, number, fd or description, or this number')
    .option('--schema <FILE...>', 'further schema files')
    .option('--kernel <RELEASE>', 'as of this release: 6.12, 6.12.117, 6.12.y')
    .addOption(archOption)
    .option('--all', 'constants, flags and values too')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExamples:\n  uapi list\n  uapi list dirty\n  uapi list --all MPS')
    .action(
      (
        word: string | undefined,
        options: { schema?: string[]; kernel?: string; arch?: string; all?: boolean; json?: boolean },
      ) => {
        const shown = allItems(options).filter((item) => !item.small || options.all === true);
        const items = word === undefined ? shown : itemsWith(shown, word, options);
        if (options.json)
          printJson(
            output,
            items.map(({ small: _, ...item }) => item),
          );
        else {
          for (const line of table(
            items.map((item) => [item.kind, item.name, item.detail, firstSentence(item.doc)]),
          ))
            output.line(line);
          if (word !== undefined) noteAbsence(items, word, options, output);
        }
        finish(items.length === 0 && word !== undefined ? 1 : 0);
      },
    );
}

/** Everything that has a name: from what the build made, where that is asked for, else from the models. */
function allItems({ schema, kernel, arch }: ListChoice): readonly ListItem[] {
  const isUsual = schema === undefined && kernel === undefined && arch === undefined;
  const compiled = isUsual ? compiledItems(builtinSchemas()) : null;
  if (compiled !== null) return compiled as unknown as readonly ListItem[];
  return Catalog.load(schema, kernel, arch).models.flatMap(itemsOf);
}

function firstSentence(doc: string): string {
  return /^.*?[.;](?=\s|$)/s.exec(doc)?.[0].replaceAll('\n', ' ') ?? doc.replaceAll('\n', ' ');
}
