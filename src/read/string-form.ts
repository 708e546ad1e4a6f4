import { ReadError } from './read-error.ts';
import { type Reading, simpleReading } from './reading.ts';
import { StringReader } from './string-literal.ts';

/** Most characters before a string that say what it is. */
const headMax = 200;

const python = /^(?:\w{1,64} ?= ?)?(?:(?:bytes|bytearray|memoryview) ?)?\(*b$/;
const cString = /^(?:[\w ]{1,120}\[ ?\w{0,20} ?\] ?= ?)?[({]?$/;
const gdb = /^\$\d{1,9} = (?:\([^()"]{1,100}\) )?$/;
const fromHex = /^(?:\w{1,64} ?= ?)?(?:bytes|bytearray)\.fromhex\($/;

/**
 * Reads strings: those of Python, C, strace and gdb, with hex and octal escapes.
 *
 * @param readHex reads the digits of `bytes.fromhex("...")`
 * @returns null for any other text
 */
export function readStrings(text: string, readHex: (digits: string) => Reading | null): Reading | null {
  const first = /["']/.exec(text.slice(0, headMax));
  if (first === null) return null;
  const head = text.slice(0, first.index).trimStart().replace(/\s+/g, ' ');
  const reader = new StringReader(text, first.index);
  if (fromHex.test(head)) return hexString(reader, readHex);
  if (python.test(head)) return pythonStrings(reader);
  if (gdb.test(head) || cString.test(head)) return cStrings(reader, gdb.test(head));
  return null;
}

/** `b'...'`, several beside each other too. */
function pythonStrings(reader: StringReader): Reading {
  for (;;) {
    reader.string();
    reader.skip();
    if (!/^b['"]/.test(reader.text.slice(reader.at, reader.at + 2))) break;
    reader.at++;
  }
  return finished(reader, 'Python bytes', null);
}

/** `"..."`, several beside each other as in C, or with `'\000' <repeats 31 times>` between as gdb prints. */
function cStrings(reader: StringReader, isGdb: boolean): Reading {
  let hasRepeats = false;
  let isJoined = false;
  for (;;) {
    const start = reader.sink.size;
    const isCharacter = reader.text[reader.at] === "'";
    reader.string();
    const isRepeated = reader.repeats();
    if (isCharacter && (!isRepeated || reader.sink.size - start < 1)) {
      throw reader.error("a character in '' is taken only with <repeats N times>");
    }
    hasRepeats ||= isRepeated;
    reader.skip();
    reader.refuseCut();
    if (reader.take(',')) {
      isJoined = true;
      reader.skip();
      reader.refuseCut();
    }
    const next = reader.text[reader.at];
    if (next !== '"' && next !== "'") break;
  }
  if (isJoined && !hasRepeats) throw reader.error('strings separated by commas are not bytes');
  if (!isGdb && !hasRepeats) return finished(reader, 'a string', null);
  const last = 'gdb leaves out the last byte of an array if it is zero';
  return finished(reader, 'gdb print', last);
}

function hexString(reader: StringReader, readHex: (digits: string) => Reading | null): Reading {
  const start = reader.at + 1;
  reader.string();
  const reading = readHex(reader.text.slice(start, reader.at - 1));
  if (reading === null) throw reader.error('there are no hex digits');
  refuseTail(reader);
  return { ...reading, form: 'Python bytes' };
}

function finished(reader: StringReader, form: string, remark: string | null): Reading {
  reader.refuseCut();
  refuseTail(reader);
  const bytes = reader.sink.view().slice();
  if (bytes.length === 0) throw new ReadError('the string is empty');
  if (!reader.hasMeaning && bytes.length > 1) {
    throw new ReadError('the characters of the string are hex digits, and may be meant as such', {
      hint: 'write the digits without quotes',
    });
  }
  return simpleReading(bytes, form, remark);
}

/** Refuses what stands behind the strings, other than what closes them. */
function refuseTail(reader: StringReader): void {
  const rest = reader.text.slice(reader.at, reader.at + headMax);
  if (!/^\s*[)}]*\s*;?\s*$/.test(rest) || reader.text.length > reader.at + headMax) {
    throw reader.error('there is more after the string');
  }
}

/** Reads `\x28\x00...` without quotes, as bpftrace prints buffers. @returns null for any other text */
export function readEscapes(text: string): Reading | null {
  const head = /^\s*(?:@\w{0,64}(?:\[[^\]\n]{0,100}\])?: )?(?=\\x)/.exec(text.slice(0, headMax));
  if (head === null) return null;
  const reader = new StringReader(text, head[0].length);
  while (reader.text.startsWith('\\x', reader.at)) reader.character('\\');
  reader.skip();
  reader.refuseCut();
  if (reader.at < text.length) throw reader.error('there is something other than \\x with two digits each');
  return simpleReading(reader.sink.view().slice(), 'bytes with \\x');
}
