import { linesOf } from './lines.ts';
import { readList } from './list-form.ts';
import { withoutPrefix } from './prefix.ts';
import { excerpt, ReadError } from './read-error.ts';
import type { Reading } from './reading.ts';
import { Rows } from './rows.ts';
import { oddDigits, readSolidHex } from './solid-hex.ts';
import { readEscapes, readStrings } from './string-form.ts';

/** What is told of text that is in no form. */
export const takenForms =
  'accepted are hex digits, dumps (xxd, hexdump, od -t x, gdb x/x, lldb, crash rd, kernel logs, Wireshark), C and Python bytes and lists';

/**
 * The bytes that a text stands for.
 *
 * @param order of the bytes in words
 * @throws ReadError if the text is not in a known form, or if it may mean other bytes as well
 */
export function readText(text: string, order: 'little' | 'big'): Reading {
  const solid = readSolidHex(text, order);
  if (solid !== null) return solid;
  return readRows(text, order) ?? readLiteral(text, order) ?? refuse(text);
}

/** Reads a dump that is all of a text. @returns null if its first line is no row */
function readRows(text: string, order: 'little' | 'big'): Reading | null {
  const rows = new Rows({ order, gaps: false });
  for (const line of linesOf(text)) {
    const { text: own, isLogged } = withoutPrefix(line.text);
    if (own === '' || (rows.isEmpty && isCommand(own))) continue;
    if (rows.add(own, line.number, isLogged)) continue;
    if (rows.isEmpty) return null;
    throw new ReadError(`among the rows of a dump: ${excerpt(line.text)}`, { line: line.number });
  }
  return rows.isEmpty ? null : rows.finish();
}

/** What somebody typed to get a dump. */
function isCommand(line: string): boolean {
  return /^(?:\(gdb\)|\(lldb\)|crash>) /.test(line);
}

function readLiteral(text: string, order: 'little' | 'big'): Reading | null {
  const own = /^\s*[>+]/.test(text.slice(0, 100)) ? unquoted(text) : text;
  return readEscapes(own) ?? readStrings(own, (digits) => readText(digits, order)) ?? readList(own, order);
}

function unquoted(text: string): string {
  let own = '';
  for (const line of linesOf(text)) own += `${withoutPrefix(line.text).text}\n`;
  return own;
}

function refuse(text: string): never {
  for (const line of linesOf(text)) {
    if (/\bioctl\(/.test(line.text.slice(0, 400))) {
      throw new ReadError('a line of strace or perf holds only the address of the bytes, not the bytes', {
        line: line.number,
        hint: 'gdb prints them: x/40xb ADDRESS',
      });
    }
    const digits = /^[0-9a-f]+$/i.exec(line.text);
    if (digits !== null && digits[0].length % 2 !== 0) {
      throw oddDigits(digits[0].length, digits[0].length > 20 ? '' : digits[0]);
    }
    throw new ReadError(`${excerpt(line.text)} is not in a known form`, {
      line: line.number,
      hint: takenForms,
      isUnknown: true,
    });
  }
  throw new ReadError('there are no hex digits');
}
