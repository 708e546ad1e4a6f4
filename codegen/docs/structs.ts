import { type Abi, abis } from '../../src/layout/abi.ts';
import { formatExpression } from '../../src/layout/expression-text.ts';
import { type FlatMember, flatten } from '../../src/layout/flatten.ts';
import { layOut } from '../../src/layout/layout.ts';
import { formatType } from '../../src/layout/layout-json.ts';
import type { Layout } from '../../src/layout/member.ts';
import type { Struct } from '../../src/model/declaration.ts';
import type { Direction, Field } from '../../src/model/field.ts';
import type { Model } from '../../src/model/model.ts';
import { formatRelease } from '../../src/model/release.ts';
import type { SetUse } from '../../src/model/set-use.ts';
import { fieldDoc } from '../field-doc.ts';
import type { Printer } from '../printer.ts';
import { bitsTable } from './bits.ts';
import { type PageContext, structLink } from './context.ts';
import { code, fenced, link, phrase, prose, table } from './markdown.ts';
import { structPicture } from './picture.ts';
import { printRules } from './rules.ts';

const layoutAbis: readonly Abi[] = [abis.lp64, abis.ilp32, abis.i386];

/** Prints a struct: size, picture, table of its fields, rules. */
export function printStruct(printer: Printer, struct: Struct, { model, owner }: PageContext): void {
  const layouts = layoutAbis.map((abi) => layOut(model, struct.name, abi));
  const [layout] = layouts;
  if (layout === undefined) return;
  printer.line(prose(struct.doc));
  printer.blank();
  printer.line([sizeText(layouts), ...growth(struct, layout)].join(' '));
  printer.blank();
  printer.lines(fenced(structPicture(layout)));
  printer.blank();
  printer.lines(fieldTable(struct, layouts, model, owner.name));
  printer.blank();
  for (const { path, member } of flatten(layout)) {
    const bits = member.field.bits ?? [];
    if (bits.length === 0) continue;
    printer.line(`Bits of ${code(path)}:`);
    printer.blank();
    printer.lines(bitsTable(bits, null));
    printer.blank();
  }
  printRules(printer, struct.rules);
}

function sizeText(layouts: readonly Layout[]): string {
  const sizes = layouts.map(({ size, minSize }) => size ?? minSize);
  const [first] = sizes;
  const each = layouts.map((layout, i) => `${sizes[i]} (${layout.abi.name})`).join(', ');
  const same = sizes.every((size) => size === first);
  return `Size: ${same ? first : each} bytes, alignment ${layouts[0]?.align}.`;
}

/** How the struct may grow, in sentences. */
function growth(struct: Struct, layout: Layout): readonly string[] {
  const grown = struct.extensible ?? struct.negotiated;
  if (grown === undefined) return [];
  const last = flatten(layout).find(({ path }) => path === grown.minThrough);
  const least = (last?.offset ?? 0) + (last?.size ?? 0);
  const sentence = `It may grow: ${code(grown.sizeField)} is its size, at least ${least} bytes (through ${code(grown.minThrough)}); less gives ${grown.short}.`;
  const tail = struct.extensible?.unknownTail;
  return [
    sentence,
    ...(tail === undefined ? [] : [`A byte other than zero beyond the known fields gives ${tail}.`]),
  ];
}

function fieldTable(
  struct: Struct,
  layouts: readonly Layout[],
  model: Model,
  owner: string,
): readonly string[] {
  const flat = layouts.map(flatten);
  return table(
    ['offset', 'size', 'field', 'type', 'direction', 'since', 'meaning'],
    (flat[0] ?? []).map((row, i) => {
      const offsets = flat.map((all) => all[i]?.offset ?? null);
      const { field } = row.member;
      return [
        offsetText(row, offsets, layouts),
        sizeOf(row),
        code(row.path),
        typeText(field, model, owner),
        isInline(field, model) ? '' : directionText(field.direction),
        field.availability.since.map(formatRelease).join(', '),
        [phrase(fieldDoc(model, struct, field)), ...extras(field, model, owner)].join(' ').trim(),
      ];
    }),
  );
}

function offsetText(
  { member }: FlatMember,
  offsets: readonly (number | null)[],
  layouts: readonly Layout[],
): string {
  const [first = null] = offsets;
  const bit = member.kind === 'bits' ? `:${member.bitOffset % 8}` : '';
  if (offsets.every((offset) => offset === first)) return `${first ?? '?'}${bit}`;
  return layouts.map(({ abi }, i) => `${offsets[i]} (${abi.name})`).join(', ');
}

function sizeOf({ member, size }: FlatMember): string {
  return member.kind === 'bits' ? `${member.bitWidth} bits` : String(size ?? '?');
}

function typeText(field: Field, model: Model, owner: string): string {
  const { type } = field;
  if (type.kind === 'named') {
    const struct = model.structs.get(type.name);
    return struct?.inline ? struct.kind : structLink(model, type.name, owner);
  }
  return code(formatType(type).replace(/[A-Za-z0-9_]+(::[A-Za-z0-9_]+)+/, 'struct'));
}

/** A struct or union declared in place has no direction of its own: its members have. */
function isInline({ type }: Field, model: Model): boolean {
  return type.kind === 'named' && model.structs.get(type.name)?.inline === true;
}

/** A direction as schemas write it. */
export function directionText(direction: Direction): string {
  const { in: input, out: output } = direction;
  if (input === true && output === true) return 'in, out';
  const part = (name: string, when: Direction['in']): readonly string[] => {
    if (when === false) return [];
    return [when === true ? name : `${name} if ${code(formatExpression(when))}`];
  };
  return [...part('in', input), ...part('out', output)].join(', ');
}

function extras(field: Field, model: Model, owner: string): readonly string[] {
  const { flags, enumeration, handle, reserved, condition, userPointer } = field;
  const set = (use: SetUse, of: 'flags' | 'enum'): string => {
    const declared = of === 'flags' ? model.flags.get(use.name) : model.enums.get(use.name);
    const name = declared?.interface === owner ? link(use.name, `${of} ${use.name}`) : code(use.name);
    return `${of === 'flags' ? 'Flags' : 'Values'}: ${name}${use.unknown === null ? '' : `, others give ${use.unknown}`}.`;
  };
  return [
    ...(flags === undefined ? [] : [set(flags, 'flags')]),
    ...(enumeration === undefined ? [] : [set(enumeration, 'enum')]),
    ...(handle?.missing ? [`Unknown ids give ${handle.missing}.`] : []),
    ...(reserved?.errno ? [`Other bits give ${reserved.errno}.`] : []),
    ...(condition === undefined ? [] : [`Only if ${code(formatExpression(condition))}.`]),
    ...(userPointer === undefined
      ? []
      : [
          `User memory (${userPointer.access}): ${code(formatExpression(userPointer.count))} ${userPointer.unit}.`,
        ]),
    ...(field.unit === undefined ? [] : [`Unit: ${phrase(field.unit)}.`]),
  ];
}
