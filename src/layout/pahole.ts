import type { Model } from '../model/model.ts';
import { cType } from './c-type.ts';
import { formatExpression } from './expression-text.ts';
import { untagged } from './flatten.ts';
import type { BitsMember, FieldMember, Filler, Layout, Member } from './member.ts';
import { formatRegisters } from './register-table.ts';

const cachelineBytes = 64;

/** Column at which the comment with offset and size starts, tabs counted as 8. */
const commentColumn = 57;

/**
 * A layout as text. C structs and unions look as pahole prints them: offset and size in bytes behind each
 * member (`offset: bit width` for bit-fields), holes, cachelines of 64 bytes, and a summary. Register blocks
 * are a table, see `formatRegisters`.
 */
export function formatLayout(model: Model, layout: Layout): string {
  if (layout.kind === 'registers') return formatRegisters(model, layout);
  const printer = new Printer(model);
  printer.members(layout, 0, 1);
  const lines = [`${layout.kind} ${layout.name} {`, ...printer.lines, '', ...summary(layout)];
  return `${lines.join('\n')}\n}${attributes(model, layout)};\n`;
}

class Printer {
  readonly lines: string[] = [];
  readonly #model: Model;
  #nextCacheline = 1;

  constructor(model: Model) {
    this.#model = model;
  }

  members(layout: Layout, base: number, depth: number): void {
    let fillers: Filler[] = [];
    for (const member of layout.members) {
      if (member.kind === 'hole') {
        fillers.push(member);
        continue;
      }
      this.#holes(fillers, depth);
      fillers = [];
      if (member.kind === 'padding') continue;
      this.#member(member, base, depth);
      if (member.kind === 'field') this.#innerPadding(member, depth);
    }
  }

  #holes(fillers: readonly Filler[], depth: number): void {
    if (fillers.length === 0) return;
    const { bytes, bits } = holeSize(fillers);
    const text = bits > 0 ? plural(bits, 'bit') : plural(bytes, 'byte');
    this.lines.push('', `${'\t'.repeat(depth)}/* XXX ${text} hole */`, '');
  }

  /** Padding at the end of a member's own struct, which the members around cannot use. */
  #innerPadding({ nested }: FieldMember, depth: number): void {
    if (nested === null || nested.kind !== 'struct') return;
    const padding = nested.members.filter((member) => member.kind === 'padding');
    const { bytes } = holeSize(padding);
    if (bytes === 0) return;
    this.lines.push(
      '',
      `${'\t'.repeat(depth)}/* XXX struct before ends in ${plural(bytes, 'byte')} of padding */`,
      '',
    );
  }

  #member(member: FieldMember | BitsMember, base: number, depth: number): void {
    const offset = base + (member.offset ?? 0);
    this.#cacheline(offset, depth);
    const indent = '\t'.repeat(depth);
    const place = placeOf(member, offset);
    const aligned = member.field.aligned;
    const attribute = aligned === undefined ? '' : ` __attribute__((__aligned__(${aligned})))`;
    if (member.kind === 'field' && untagged(member)) {
      this.lines.push(`${indent}${member.nested.kind} {`);
      this.members(member.nested, offset, depth + 1);
      const packing = attributes(this.#model, member.nested);
      const close = `}${packing}${member.name === null ? '' : ` ${member.name}`}${attribute};`;
      this.lines.push(this.#line(indent, close, depth, place));
      return;
    }
    const { base: type, suffix } = cType(this.#model, member.type);
    const width = member.kind === 'bits' ? `:${member.bitWidth}` : '';
    const declaration = `${type.padEnd(26)} ${member.name ?? ''}${suffix}${width}${attribute};`;
    this.lines.push(this.#line(indent, declaration, depth, place));
  }

  #line(indent: string, text: string, depth: number, comment: string): string {
    return `${indent}${text.padEnd(commentColumn - 8 * depth)} ${comment}`;
  }

  /** Says where a cacheline starts before the first member that starts in it. */
  #cacheline(offset: number, depth: number): void {
    const line = Math.floor(offset / cachelineBytes);
    if (line < this.#nextCacheline) return;
    this.#nextCacheline = line + 1;
    const ago = offset - line * cachelineBytes;
    const past = ago === 0 ? '' : ` was ${plural(ago, 'byte')} ago`;
    const indent = '\t'.repeat(depth);
    this.lines.push(
      `${indent}/* --- cacheline ${line} boundary (${line * cachelineBytes} bytes)${past} --- */`,
    );
  }
}

function placeOf(member: FieldMember | BitsMember, offset: number): string {
  const condition = member.condition === null ? '' : ` /* if ${formatExpression(member.condition)} */`;
  if (member.kind === 'field') return `/* ${pad(offset)} ${pad(member.size ?? 0)} */${condition}`;
  const bit = `${member.bitOffset}`.padStart(2);
  return `/* ${pad(offset)}:${bit} ${`${member.size}`.padStart(2)} */${condition}`;
}

function pad(value: number): string {
  return `${value}`.padStart(5);
}

function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** Unused room after one member: whole bytes, or bits where it starts within a byte. */
function holeSize(fillers: readonly Filler[]): { bytes: number; bits: number } {
  const bits = fillers.reduce((sum, filler) => sum + filler.bitWidth, 0);
  const whole = fillers.every((filler) => filler.bitOffset === 0 && filler.bitWidth === filler.size * 8);
  return whole ? { bytes: bits / 8, bits: 0 } : { bytes: 0, bits };
}

function attributes(model: Model, layout: Layout): string {
  const struct = model.structs.get(layout.name);
  const packed = struct?.packed === true ? ' __attribute__((__packed__))' : '';
  const aligned = struct?.aligned === undefined ? '' : ` __attribute__((__aligned__(${struct.aligned})))`;
  return packed + aligned;
}

function summary(layout: Layout): string[] {
  const size = layout.size ?? layout.minSize;
  const named = layout.members.filter((member) => member.kind === 'field' || member.kind === 'bits');
  const lines = [`size: ${size}, cachelines: ${Math.ceil(size / cachelineBytes)}, members: ${named.length}`];
  if (layout.kind === 'struct') lines.push(...holeSummary(layout.members));
  const padding = layout.members.filter((member): member is Filler => member.kind === 'padding');
  const bytes = padding.filter((filler) => filler.bitOffset === 0).reduce((sum, { size }) => sum + size, 0);
  const bits = padding
    .filter((filler) => filler.bitOffset !== 0)
    .reduce((sum, { bitWidth }) => sum + bitWidth, 0);
  if (bytes > 0) lines.push(`padding: ${bytes}`);
  if (bits > 0) lines.push(`bit_padding: ${plural(bits, 'bit')}`);
  if (size % cachelineBytes !== 0) lines.push(`last cacheline: ${plural(size % cachelineBytes, 'byte')}`);
  return lines.map((line) => `\t/* ${line} */`);
}

/** Room between members, and how much the members take; nothing where there are no holes and no bit-fields. */
function holeSummary(members: readonly Member[]): string[] {
  const sums = { members: 0, bitMembers: 0, holes: 0, holeBytes: 0, bitHoles: 0, holeBits: 0 };
  let fillers: Filler[] = [];
  for (const member of members) {
    if (member.kind === 'hole') {
      fillers.push(member);
      continue;
    }
    const { bytes, bits } = holeSize(fillers);
    if (bytes > 0) sums.holes++;
    if (bits > 0) sums.bitHoles++;
    sums.holeBytes += bytes;
    sums.holeBits += bits;
    fillers = [];
    if (member.kind === 'bits') sums.bitMembers += member.bitWidth;
    if (member.kind === 'field') sums.members += member.size ?? 0;
  }
  const lines: string[] = [];
  if (sums.holes > 0)
    lines.push(`sum members: ${sums.members}, holes: ${sums.holes}, sum holes: ${sums.holeBytes}`);
  if (sums.bitMembers > 0) {
    const holes =
      sums.bitHoles === 0
        ? ''
        : `, bit holes: ${sums.bitHoles}, sum bit holes: ${plural(sums.holeBits, 'bit')}`;
    lines.push(`sum bitfield members: ${plural(sums.bitMembers, 'bit')}${holes}`);
  }
  return lines;
}
