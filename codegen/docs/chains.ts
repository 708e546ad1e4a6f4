import { formatExpression } from '../../src/layout/expression-text.ts';
import type { Chain, Struct, VariantSet } from '../../src/model/declaration.ts';
import type { Model } from '../../src/model/model.ts';
import type { Printer } from '../printer.ts';
import { type PageContext, structLink } from './context.ts';
import { code, link, phrase, prose, table } from './markdown.ts';

/** Prints a chain: where it starts, how it goes on, where it ends. */
export function printChain(printer: Printer, chain: Chain, { model, owner }: PageContext): void {
  printer.line(prose(chain.doc));
  printer.blank();
  const { next, version } = chain;
  const elements = model.variants.get(chain.elements);
  const rows: readonly (readonly [string, string])[] = [
    ['first element', headText(chain, model, owner.name)],
    ['exists', chain.condition === undefined ? '' : `if ${code(formatExpression(chain.condition))}`],
    ['only with', chain.requires === undefined ? '' : requiresText(chain.requires)],
    ['header of each element', structLink(model, chain.header, owner.name)],
    ['id', code(chain.id.join('.'))],
    ['version', version === null ? '' : code(version.join('.'))],
    ['next element', `${code(next.path.join('.'))}, ${next.width} bits, mask ${code(hex(next.mask))}`],
    ['pointers count from', chain.base === 'buffer' ? 'the start of the buffer' : 'the start of the element'],
    [
      'offsets',
      `${hex(BigInt(chain.first))} to ${chain.last === null ? 'the end' : hex(BigInt(chain.last))}, aligned to ${chain.alignment}`,
    ],
    ['ends at', chain.end.map(hex).join(', ')],
    ['ids that end it', chain.endIds.map(({ id, meaning }) => `${hex(id)} (${meaning})`).join(', ')],
    ['most elements', String(chain.limit)],
    [
      'elements',
      elements?.interface === owner.name
        ? link(chain.elements, `variants ${chain.elements}`)
        : code(chain.elements),
    ],
  ];
  printer.lines(
    table(
      ['what', 'how'],
      rows.filter(([, text]) => text !== ''),
    ),
  );
}

/** Prints the members of a variant set with their tags. */
export function printVariants(printer: Printer, set: VariantSet, { model, owner }: PageContext): void {
  printer.line(prose(set.doc));
  printer.blank();
  const unknown = set.unknown === null ? 'stays raw bytes' : `gives ${set.unknown}`;
  printer.line(
    `Chosen by ${set.tags.map(({ name }) => code(name)).join(', ')}; a payload that no member matches ${unknown}.`,
  );
  printer.blank();
  const structs = [...model.structs.values()];
  printer.lines(
    table(
      [...set.tags.map(({ name }) => name), 'if', 'member', 'meaning'],
      structs.flatMap((struct) => memberRows(struct, set, model, owner.name)),
    ),
  );
}

function memberRows(
  struct: Struct,
  set: VariantSet,
  model: Model,
  owner: string,
): readonly (readonly string[])[] {
  return struct.memberOf
    .filter((membership) => membership.set === set.name)
    .map(({ tags, condition }) => [
      ...tags.map((tag) => (tag === null ? 'any' : code(formatExpression(tag)))),
      condition === undefined ? '' : code(formatExpression(condition)),
      structLink(model, struct.name, owner),
      phrase(struct.doc),
    ]);
}

function headText({ head }: Chain, model: Model, owner: string): string {
  if (head.kind === 'fixed') return `at ${hex(BigInt(head.offset))}`;
  return `at ${code(head.path.join('.'))} of ${structLink(model, head.struct, owner)}, mask ${code(hex(head.mask))}`;
}

function requiresText({ chain, ids }: NonNullable<Chain['requires']>): string {
  return `one of ${ids.map((id) => code(formatExpression(id))).join(', ')} in ${code(chain)}`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
