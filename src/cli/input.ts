import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { problemOf } from './files.ts';
import { UsageError } from './usage-error.ts';

/** Most bytes that an input may have, unpacked. */
export const inputMax = 64 * 1024 * 1024;

/** What an INPUT argument stands for. */
export interface Input {
  readonly bytes: Uint8Array;
  /** How messages call it. */
  readonly name: string;
  /** The file that it came from; null for standard input and hex digits. */
  readonly path: string | null;
}

/**
 * Reads an INPUT: an existing file, `-` for standard input, else hex digits. What is packed with gzip is unpacked, and
 * a file or standard input of hex digits only stands for the bytes that they say.
 *
 * @throws UsageError with one line that says what is wrong
 */
export function readInput(argument: string): Input {
  if (argument !== '-' && !isFile(argument)) {
    return { bytes: hexArgument(argument), name: 'the hex digits', path: null };
  }
  const name = argument === '-' ? 'standard input' : argument;
  const bytes = unpacked(argument === '-' ? readAll(0, name) : readFile(argument), name);
  if (bytes.length === 0) throw new UsageError(`${name} is empty`);
  return { bytes: hexText(bytes, name) ?? bytes, name, path: argument === '-' ? null : argument };
}

/** The bytes of a file, unpacked where it is packed; of nothing else than a file. */
export function readFile(path: string): Uint8Array {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${problemOf(error)}`);
  }
  try {
    return readAll(descriptor, path);
  } finally {
    closeSync(descriptor);
  }
}

/** The bytes of standard input, unpacked where they are packed. */
export function readStandardInput(): Uint8Array {
  return unpacked(readAll(0, 'standard input'), 'standard input');
}

/** The bytes that a gzip file packs; any other bytes as they are. */
export function unpacked(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return new Uint8Array(gunzipSync(bytes, { maxOutputLength: inputMax }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(name);
    throw new UsageError(`${name} is a broken gzip file${code === 'Z_BUF_ERROR' ? ': it is cut short' : ''}`);
  }
}

/** The bytes that hex digits say; spaces, commas, colons, line breaks and 0x before a number do not count. */
export function parseHex(text: string, name: string): Uint8Array {
  let digits = '';
  for (const word of text.split(/[\s,:]+/)) {
    const own = word.replace(/^0x/i, '');
    if (own.length % 2 !== 0) {
      const shown = word.length > 20 ? '' : ` in ${word}`;
      throw new UsageError(`${name}: odd number of hex digits (${own.length})${shown}, two make a byte`);
    }
    digits += own;
  }
  if (digits === '') throw new UsageError(`${name}: there are no hex digits`);
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

function hexArgument(argument: string): Uint8Array {
  const wrong = notHex(argument);
  if (wrong !== null) {
    const shown = argument.length > 60 ? `${argument.slice(0, 57)}...` : argument;
    throw new UsageError(
      `${JSON.stringify(shown)} is neither an existing file nor hex digits (${JSON.stringify(wrong)} is none)`,
    );
  }
  return parseHex(argument, 'the input');
}

/** The first character of a text that keeps it from being hex digits. */
function notHex(text: string): string | null {
  const wrong = /[^0-9a-fA-F\s,:xX]/.exec(text) ?? /(?<!(?:^|[\s,:])0)[xX]/.exec(text);
  return wrong === null ? null : wrong[0];
}

/** The bytes that a text of hex digits stands for; null for any other contents. */
function hexText(bytes: Uint8Array, name: string): Uint8Array | null {
  if (!looksLikeText(bytes.subarray(0, 64))) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return notHex(text) === null && /[0-9a-f]/i.test(text) && !/^\s*[0-9a-f]{2,8}:\s/im.test(text)
    ? parseHex(text, name)
    : null;
}

/** True where no byte is a control character other than white space and the start of a terminal's colours. */
export function looksLikeText(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte < 0x20 ? (byte < 0x09 || byte > 0x0d) && byte !== 0x1b : byte === 0x7f) return false;
  }
  return true;
}

function isFile(path: string): boolean {
  try {
    const found = statSync(path);
    if (!found.isDirectory()) return true;
    if (notHex(path) === null) return false;
    throw new UsageError(`${path} is a folder, expected a file, - or hex digits`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') throw new UsageError(`cannot read ${path}: ${problemOf(error)}`);
    return false;
  }
}

/** Reads to the end, which files that are made while they are read (sysfs) have not said before. */
function readAll(descriptor: number, name: string): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const chunk = new Uint8Array(0x1_0000);
    const length = readSome(descriptor, chunk, name);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
    total += length;
    if (total > inputMax) throw tooLarge(name);
  }
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function readSome(descriptor: number, chunk: Uint8Array, name: string): number {
  for (;;) {
    try {
      return readSync(descriptor, chunk);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw new UsageError(`cannot read ${name}: ${problemOf(error)}`);
      // Standard input that does not block: whoever writes it has nothing yet.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function tooLarge(name: string): UsageError {
  return new UsageError(`${name} is too large: more than ${inputMax / 1024 / 1024} MiB`);
}
