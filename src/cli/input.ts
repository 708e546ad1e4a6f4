import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { onOneLine } from '../base/printable.ts';
import { UsageError } from '../base/usage-error.ts';
import { contentsOf } from '../read/contents.ts';
import { ReadError } from '../read/read-error.ts';
import { readText } from '../read/read-text.ts';
import { describeReading } from '../read/reading.ts';
import { problemOf } from './files.ts';
import type { Output } from './terminal/output.ts';

/** Most bytes that an input may have, unpacked. */
export const inputMax = 64 * 1024 * 1024;

/** How the bytes of an input are read. */
export interface ReadHow {
  /** Order of bytes in words that a text shows. */
  readonly order: 'little' | 'big';
  /** Whether text stands for its own characters: --raw-input. */
  readonly raw: boolean | undefined;
  /** Told in which form a text was. */
  readonly output: Output;
}

/** What an INPUT argument stands for, before its text is read. */
export interface Source {
  /** What a file or standard input holds, unpacked; a text that was given as the argument itself. */
  readonly contents: Uint8Array | string;
  /** How messages call it. */
  readonly name: string;
  /** The file that it came from; null for standard input and text. */
  readonly path: string | null;
}

/**
 * Opens an INPUT: an existing file, `-` for standard input, otherwise text. What is packed with gzip is unpacked.
 *
 * @throws UsageError with one line that says what is wrong
 */
export function openInput(argument: string): Source {
  if (argument !== '-' && !isFile(argument)) {
    return { contents: argument, name: 'the input', path: null };
  }
  const name = argument === '-' ? 'standard input' : argument;
  const contents = unpacked(argument === '-' ? readAll(0, name) : readFile(argument), name);
  if (contents.length === 0) throw new UsageError(`${name} is empty`);
  return { contents, name, path: argument === '-' ? null : argument };
}

/**
 * The bytes of an INPUT: those of a binary file as they are, those that a text stands for otherwise.
 *
 * @throws UsageError with one line that says what is wrong
 */
export function readInput(argument: string, how: ReadHow): Uint8Array {
  return bytesOf(openInput(argument), how);
}

/** The bytes that a source stands for. @throws UsageError */
export function bytesOf(source: Source, { order, raw, output }: ReadHow): Uint8Array {
  const { contents, name } = source;
  if (raw && typeof contents !== 'string') return contents;
  return reading(source, () => {
    const text = textOf(contents);
    if (text === null) return contents as Uint8Array;
    const read = readText(text, order);
    const told = describeReading(read);
    if (told !== null) output.note(`uapi: ${name}: ${told}`);
    return read.bytes;
  });
}

/** The text that contents are; null if they are binary. @throws ReadError */
export function textOf(contents: Uint8Array | string): string | null {
  if (typeof contents === 'string') return contents;
  const found = contentsOf(contents);
  return found.kind === 'text' ? found.text : null;
}

/** Reads from a source; what is wrong with its text is told with its name. @throws UsageError */
export function reading<T>({ contents, name }: Source, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    const { message, line, hint } = error;
    if (typeof contents === 'string' && error.isUnknown) {
      throw new UsageError(
        `${shown(contents)} is neither an existing file nor hex digits or other bytes`,
        hint,
      );
    }
    const place = line === undefined || typeof contents === 'string' ? '' : `, line ${line}`;
    throw new UsageError(`${name}${place}: ${message}`, hint);
  }
}

function shown(text: string): string {
  return onOneLine(JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text));
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

function isFile(path: string): boolean {
  try {
    const found = statSync(path);
    if (!found.isDirectory()) return true;
    if (/^[0-9a-f]+$/i.test(path)) return false;
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
