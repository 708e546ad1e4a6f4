import { ByteSink, bytesMax } from './byte-sink.ts';
import { type ListElement, ListReader } from './list-element.ts';
import { ReadError } from './read-error.ts';
import { type Reading, simpleReading } from './reading.ts';

/** Most characters before a list that say what it is. */
const headMax = 300;

/** Types by their sizes. `long` has another one on every machine, and is not taken. */
const types: readonly (readonly [size: 1 | 2 | 4 | 8, name: RegExp])[] = [
  [1, /\b(?:char|u?int8_t|__[us]8|[usi]8|uint8|byte|BYTE|UINT8|bytes|bytearray)\b|\barray\('[bB]'/],
  [8, /\b(?:u?int64_t|__u64|__s64|[usi]64|uint64|long long|UINT64)\b/],
  [2, /\b(?:u?int16_t|__u16|__s16|[usi]16|uint16|short|UINT16)\b/],
  [4, /\b(?:u?int32_t|__u32|__s32|[usi]32|uint32|UINT32|int|unsigned(?! long))\b/],
];

/** What may stand before a list: a name, a declaration, a cast, a call. */
const heads: readonly RegExp[] = [
  /^(?:@?\w{1,64}(?:\[[^\][]{0,64}\])?(?: ?= ?|: ))?$/,
  /^\$\d{1,9} = (?:\([\w [\]]{1,64}\) ?)?$/,
  /^(?:\w{1,64} = ?)?(?:bytes|bytearray)\($/,
  /^(?:\w{1,64} = ?)?array\('[bB]', ?$/,
  /^(?:(?:let|const|static|var) )?(?:mut )?\w{0,64}(?::| ?:?=) ?(?:\[[^\][]{0,64}\] ?= ?)?&?(?:\[\w{0,20}\]\w{1,20})?$/,
  /^(?:[\w ]{1,160}(?:\[ ?\w{0,20} ?\])? ?= ?)?(?:\([\w ]{1,64}\[ ?\w{0,20} ?\]\) ?)?$/,
  /^(?:\w{1,64} ?:?= ?)?\[ ?\w{0,20} ?\]\w{1,20}$/,
];

/**
 * Reads lists of numbers: arrays of C (`xxd -i` too), Python, Go and Rust, and those that gdb, drgn and bpftrace print.
 *
 * @returns null for any other text
 */
export function readList(text: string, order: 'little' | 'big'): Reading | null {
  const start = text.slice(0, headMax);
  const brace = /\{/.exec(start);
  const open = brace ?? /\[(?=\s*(?:-?\d|\]|\.\.\.))(?!\w{1,20}\]\s*[\w=])/.exec(start);
  if (open === null) return null;
  const head = start
    .slice(0, open.index)
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ')
    .replace(/\s+/g, ' ')
    .trimStart();
  if (!heads.some((each) => each.test(head) || each.test(head.trimEnd()))) return null;
  const reader = new ListReader(text, open.index + 1);
  const elements = elementsOf(reader, brace === null ? ']' : '}');
  const size = typeSize(head) ?? usedSize(elements, brace === null);
  const bytes = bytesOf(elements, size, order);
  const declared = declaredCount(head);
  const whole = padded(bytes, declared === null ? null : declared * size);
  refuseTail(reader, whole.length / size);
  const form = brace === null ? 'a list of numbers' : 'a C array';
  return size === 1 ? simpleReading(whole, form) : { ...simpleReading(whole, form), words: { size, order } };
}

function elementsOf(reader: ListReader, close: ']' | '}'): readonly ListElement[] {
  const elements: ListElement[] = [];
  for (;;) {
    reader.skip();
    if (reader.text[reader.at] === close) break;
    elements.push(reader.element());
    reader.skip();
    reader.refuseCut();
    if (reader.text[reader.at] === ',') {
      reader.at++;
      continue;
    }
    if (reader.text[reader.at] !== close) throw reader.error(`expected , or ${close}`);
  }
  reader.at++;
  if (elements.length === 0) throw new ReadError('the list is empty');
  return elements;
}

function typeSize(head: string): 1 | 2 | 4 | 8 | null {
  const found = types.find(([, name]) => name.test(head));
  if (found === undefined && /\blong\b|\bsize_t\b/.test(head)) {
    throw new ReadError('the size of long depends on the machine', {
      hint: 'declare it as uint32_t or uint64_t',
    });
  }
  return found?.[0] ?? null;
}

/** The size that values without a type show by themselves. */
function usedSize(elements: readonly ListElement[], isBracket: boolean): 1 | 2 | 4 | 8 {
  if (elements.every(({ hasCharacter }) => hasCharacter)) return 1;
  const widths = new Set(elements.map(({ hexDigits }) => hexDigits));
  const [digits] = widths;
  const size = (digits ?? 0) / 2;
  if (widths.size === 1 && (size === 1 || size === 2 || size === 4 || size === 8)) return size;
  // Python and bpftrace print bytes so.
  if (isBracket && widths.size === 1 && digits === 0) return 1;
  throw new ReadError('the width of the values in the list is not known', {
    hint: 'give a type: `unsigned char x[] = { ... }`, or two digits after each 0x',
  });
}

function bytesOf(elements: readonly ListElement[], size: 1 | 2 | 4 | 8, order: 'little' | 'big'): Uint8Array {
  const sink = new ByteSink();
  const limit = 1n << BigInt(8 * size);
  const word = new Uint8Array(size);
  for (const { value, repeats } of elements) {
    if (value >= limit || value < -limit / 2n) {
      throw new ReadError(`${value} does not fit ${size === 1 ? 'a byte' : `${size} bytes`}`, {
        hint: size === 1 ? 'values of more than a byte need a type: `uint32_t x[] = { ... }`' : '',
      });
    }
    let rest = BigInt.asUintN(8 * size, value);
    for (let i = 0; i < size; i++, rest >>= 8n)
      word[order === 'little' ? i : size - 1 - i] = Number(rest & 0xffn);
    sink.append(word);
    sink.repeat(size, repeats - 1);
  }
  return sink.view().slice();
}

function declaredCount(head: string): number | null {
  const found = /\[ ?(?:\w{1,20}; ?)?(0x[0-9a-fA-F]{1,8}|\d{1,9}) ?\]/.exec(head);
  return found === null ? null : Number(found[1]);
}

/** An array that is declared larger than its values ends in zeros. */
function padded(bytes: Uint8Array, size: number | null): Uint8Array {
  if (size === null || size === bytes.length) return bytes;
  if (size < bytes.length) throw new ReadError('the list has more values than the array that it is for');
  if (size > bytesMax) throw new ReadError(`the array is larger than ${bytesMax / 1024 / 1024} MiB`);
  const whole = new Uint8Array(size);
  whole.set(bytes);
  return whole;
}

/** Refuses what stands behind a list, other than what closes it and the length that `xxd -i` prints. */
function refuseTail(reader: ListReader, count: number): void {
  reader.skip();
  while (/[);]/.test(reader.text[reader.at] ?? '')) {
    reader.at++;
    reader.skip();
  }
  const rest = reader.text.slice(reader.at, reader.at + headMax);
  if (rest === '') return;
  const told = /^(?:static )?(?:const )?unsigned int \w{1,200} ?= ?(\d{1,9});\s*$/.exec(rest);
  if (told === null) throw reader.error('expected nothing after the list');
  if (Number(told[1]) !== count) {
    throw new ReadError(`the list has ${count} values, but its declared length is ${told[1]}`);
  }
}
