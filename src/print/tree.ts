import { hexOf } from './hex.ts';
import type { PrintedField } from './printed-field.ts';
import { firstSentence } from './title.ts';

/** How parts of a text look on a terminal. */
export interface Style {
  readonly heading: (text: string) => string;
  readonly name: (text: string) => string;
  readonly value: (text: string) => string;
  readonly meaning: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly warning: (text: string) => string;
}

const same = (text: string): string => text;

/** Text as it is. */
export const plainStyle: Style = {
  heading: same,
  name: same,
  value: same,
  meaning: same,
  faint: same,
  warning: same,
};

/**
 * How much of a tree is shown: `brief` without descriptions and bits that are clear, `normal` with these in one line,
 * `full` with every bit on a line of its own.
 */
export type Detail = 'brief' | 'normal' | 'full';

export interface TreeOptions {
  readonly style: Style;
  readonly detail: Detail;
  /** Whether offsets stand before fields. */
  readonly offsets?: boolean;
  /** The buffer, whose bytes stand beside the fields that they make. */
  readonly bytes?: Uint8Array | undefined;
  /** Columns of the first level. */
  readonly indent: number;
  /** Columns that lists of names and bytes are broken at. */
  readonly width: number;
}

/** A tree of fields as lines. */
export function treeLines(fields: readonly PrintedField[], options: TreeOptions): string[] {
  const { detail, style, indent } = options;
  const isQuiet = (field: PrintedField): boolean =>
    detail !== 'full' && field.kind === 'flag' && !field.reserved && (detail === 'brief' || !field.set);
  const rows = fields.filter((field) => !isQuiet(field));
  const names = columnWidth(rows.map(({ name, kind }) => name.length + (kind === 'flag' ? 2 : 0)));
  const texts = columnWidth(rows.filter(hasColumn).map(({ text }) => text.length));
  const lines = rows.flatMap((field) => [
    ...fieldLines(field, names, texts, options),
    ...treeLines(field.fields, { ...options, indent: indent + 2 }),
  ]);
  const quiet = fields.filter(isQuiet);
  const set = quiet.filter((field) => field.set).map(({ name }) => name);
  const clear = quiet.filter((field) => !field.set).map(({ name }) => name);
  return [
    ...lines,
    ...wrapped('+ ', set, ' ', options).map(style.meaning),
    ...(detail === 'brief' ? [] : wrapped('- ', clear, ' ', options).map(style.faint)),
  ];
}

/** Values that are short enough to stand in a column. */
function hasColumn({ kind, text }: PrintedField): boolean {
  return (kind === 'integer' || kind === 'derived') && text.length <= 24;
}

/** The widest of those that are not out of the ordinary. */
function columnWidth(lengths: readonly number[]): number {
  return Math.max(0, ...lengths.filter((length) => length <= 32));
}

function fieldLines(field: PrintedField, names: number, texts: number, options: TreeOptions): string[] {
  const { style, detail, indent, width } = options;
  const margin = ' '.repeat(indent);
  const mark = field.kind !== 'flag' ? '' : field.set ? '+ ' : '- ';
  const name = `${mark}${field.name}`.padEnd(names);
  const { first: beside, more: further } = bytesBeside(field, options);
  const head = `${margin}${offsetText(field, options)}${beside}${style.name(name)}`;
  const doc = detail === 'brief' ? '' : detail === 'full' ? field.doc : briefDoc(field);
  if (field.kind === 'bytes' || field.kind === 'list') {
    const words = field.text.split(field.kind === 'list' ? /(?<=,) / : ' ');
    const room = {
      ...options,
      indent: indent + name.length + 2,
      width: Math.max(width, indent + names + 50),
    };
    const [first = '', ...more] = wrapped('', words, ' ', room);
    const tail = more.length === 0 && doc !== '' ? `  ${style.faint(doc)}` : '';
    const rows = [
      `${head}  ${style.value(first.trimStart())}${tail}`,
      ...more.map((line) => style.value(line)),
    ];
    // Bytes that stand beside the field need not be told again.
    return options.bytes !== undefined && field.kind === 'bytes' && further.length > 0
      ? [`${head}  ${style.faint(doc)}`.trimEnd(), ...further]
      : [...rows, ...further];
  }
  const access = detail === 'full' && field.access !== null ? `[${field.access}] ` : '';
  const unset = /^(0x)?0*$/.test(field.text);
  const meaning = field.reserved ? (unset ? 'reserved' : 'reserved, but set') : field.meaning;
  const paint =
    field.reserved && unset
      ? style.faint
      : field.reserved || meaning.endsWith('unknown')
        ? style.warning
        : style.meaning;
  const text = field.kind === 'flag' ? '' : field.kind === 'derived' ? `= ${field.text}` : field.text;
  const cells = [
    field.kind === 'flag' || field.kind === 'group' ? '' : style.value(text.padEnd(texts)),
    paint(meaning),
    style.faint(`${access}${doc}`.trim()),
  ];
  const line = `${head}  ${cells.filter((cell) => cell !== '').join('  ')}`;
  return [field.kind === 'flag' && !field.set ? style.faint(line.trimEnd()) : line.trimEnd(), ...further];
}

/** Where a field stands, in as much room for all fields. */
function offsetText({ offset }: PrintedField, { offsets, style }: TreeOptions): string {
  if (offsets !== true) return '';
  return offset === null ? '      ' : style.faint(`${offset.toString(16).padStart(4, '0')}  `);
}

/** Bytes in a line beside fields, and lines of them that a field has. */
const besideWidth = 8;
const besideLines = 32;

/** The bytes of a field between bars, and lines with those that do not fit beside it. */
function bytesBeside(
  { offset, size, fields, kind }: PrintedField,
  options: TreeOptions,
): { readonly first: string; readonly more: readonly string[] } {
  const { bytes, indent, style } = options;
  if (bytes === undefined) return { first: '', more: [] };
  const room = 3 * besideWidth - 1;
  const isGroup = kind === 'group' && fields.length > 0;
  if (offset === null || size === null || isGroup) return { first: `${' '.repeat(room + 2)}  `, more: [] };
  const own = bytes.subarray(offset, offset + size);
  const rows: string[] = [];
  for (let at = 0; at < own.length || at === 0; at += besideWidth) {
    const text = hexOf(own.subarray(at, at + besideWidth), ' ').padEnd(room);
    rows.push(`${style.faint('|')}${style.value(text)}${style.faint('|')}`);
    if (rows.length === besideLines && at + besideWidth < own.length) {
      rows.push(`| ... ${own.length - at - besideWidth} more bytes`);
      break;
    }
  }
  const [first = '', ...others] = rows;
  const more = others.map((row, i) => {
    const place = (offset + (i + 1) * besideWidth).toString(16).padStart(4, '0');
    return `${' '.repeat(indent)}${options.offsets === true ? style.faint(`${place}  `) : ''}${row}`;
  });
  return { first: `${first}  `, more };
}

/** The first sentence, up to a semicolon. */
function briefDoc({ doc }: PrintedField): string {
  return firstSentence(doc).replace(/;\s.*$/s, '.');
}

/** Words in lines of a width, the first one after a mark. */
function wrapped(
  mark: string,
  words: readonly string[],
  between: string,
  { indent, width }: TreeOptions,
): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && indent + mark.length + line.length + between.length + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line}${between}${word}`;
  }
  if (line !== '') lines.push(line);
  return lines.map((each, i) => `${' '.repeat(indent)}${i === 0 ? mark : ' '.repeat(mark.length)}${each}`);
}
