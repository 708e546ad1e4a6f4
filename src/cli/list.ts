import type { Command } from 'commander';
import { abis } from '../layout/abi.ts';
import { ioctlNumber } from '../layout/ioctl-number.ts';
import { layOut } from '../layout/layout.ts';
import type { Model } from '../model/model.ts';
import { Catalog } from './catalog.ts';
import type { ExitStatus } from './exit-status.ts';
import { type Output, printJson, table } from './output.ts';

/** Something that has a name, as `uapi list` shows it. */
interface Item {
  readonly kind: string;
  readonly name: string;
  readonly detail: string;
  readonly interface: string;
  readonly doc: string;
}

/** `uapi list`: what the schemas declare. */
export function configureList(command: Command, output: Output, finish: (status: ExitStatus) => void): void {
  command
    .argument('[WORD]', 'show only what has this word in its name, number, fd or description')
    .option('--schema <FILE...>', 'further schema files')
    .option('--kernel <RELEASE>', 'as of this release: 6.12, 6.12.117, 6.12.y')
    .option('--all', 'constants, flags and values too')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExamples:\n  uapi list\n  uapi list dirty\n  uapi list --all MPS')
    .action(
      (
        word: string | undefined,
        options: { schema?: string[]; kernel?: string; all?: boolean; json?: boolean },
      ) => {
        const { models } = Catalog.load(options.schema, options.kernel);
        const items = models
          .flatMap((model) => itemsOf(model, options.all === true))
          .filter((item) => matches(item, word));
        if (options.json)
          printJson(
            output,
            items.map((item) => ({ ...item })),
          );
        else {
          for (const line of table(
            items.map((item) => [item.kind, item.name, item.detail, firstSentence(item.doc)]),
          ))
            output.line(line);
          if (items.length === 0) output.note(`nothing has ${word} in its name, number, fd or description`);
        }
        finish(items.length === 0 && word !== undefined ? 1 : 0);
      },
    );
}

function matches(item: Item, word: string | undefined): boolean {
  if (word === undefined) return true;
  const wanted = word.toLowerCase();
  return [item.name, item.detail, item.doc].some((text) => text.toLowerCase().includes(wanted));
}

/** What the model's own interface declares; imported interfaces have models of their own. */
function itemsOf(model: Model, all: boolean): Item[] {
  const items: (Item & { readonly order: number })[] = [];
  const add = (
    kind: string,
    declared: { name: string; doc: string; interface: string; order: number },
    detail: string,
  ): void => {
    if (declared.interface === model.root)
      items.push({
        kind,
        name: declared.name,
        detail,
        interface: declared.interface,
        doc: declared.doc,
        order: declared.order,
      });
  };
  for (const struct of model.structs.values()) {
    if (struct.inline) continue;
    const layout = layOut(model, struct.name, abis.lp64);
    const size = layout.size === null ? `${layout.minSize}+ bytes` : `${layout.size} bytes`;
    add(struct.kind === 'registers' ? 'block' : struct.kind, struct, size);
  }
  for (const ioctl of model.ioctls.values()) {
    const number = `0x${ioctlNumber(model, ioctl).number.toString(16)}`;
    add('ioctl', ioctl, [number, ioctl.fds.join('|')].filter((part) => part !== '').join(' '));
  }
  for (const chain of model.chains.values()) add('chain', chain, `of ${chain.elements}`);
  for (const set of model.variants.values())
    add('variants', set, `by ${set.tags.map((tag) => tag.name).join(', ')}`);
  for (const set of [...model.flags.values(), ...model.enums.values()]) {
    add(set.kind, set, `${set.values.length} names`);
    if (!all) continue;
    for (const value of set.values)
      add('value', { ...value, interface: set.interface, order: set.order }, hex(value.value));
  }
  if (all)
    for (const constant of model.constants.values())
      add(
        'constant',
        constant,
        constant.value.kind === 'string' ? JSON.stringify(constant.value.value) : hex(constant.value.value),
      );
  items.sort((a, b) => a.order - b.order);
  return items.map(({ order: _, ...item }) => item);
}

function hex(value: bigint): string {
  return value < 0n ? String(value) : `0x${value.toString(16)}`;
}

function firstSentence(doc: string): string {
  return /^.*?[.;](?=\s|$)/s.exec(doc)?.[0].replaceAll('\n', ' ') ?? doc.replaceAll('\n', ' ');
}
