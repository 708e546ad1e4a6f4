import { createReadStream, fstatSync, openSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UsageError } from '../../base/usage-error.ts';
import { isCall, type TraceLine } from '../../trace/event.ts';
import { TraceError } from '../../trace/fields.ts';
import { TraceReader } from '../../trace/reader.ts';
import type { TraceHeader, TraceRecord } from '../../trace/record.ts';
import { problemOf } from '../files.ts';

type Answer = 'stop' | undefined | Promise<'stop' | undefined>;

/** Reads only the calls of traces, as {@link forEachLine} does. @throws UsageError */
export function forEachRecord(
  path: string,
  use: (record: TraceRecord, header: TraceHeader) => Answer,
): Promise<TraceHeader> {
  return forEachLine(path, (line, header) => (isCall(line) ? use(line, header) : undefined));
}

/**
 * Reads traces from a file, or from standard input where the path is `-`, packed with gzip or not, and gives each line with
 * the header above it to the callback. Only a piece of the text is in memory at a time.
 *
 * @throws UsageError with one line: file, line, what is wrong
 */
export async function forEachLine(
  path: string,
  use: (line: TraceLine, header: TraceHeader) => Answer,
): Promise<TraceHeader> {
  const name = path === '-' ? 'standard input' : path;
  const reader = new TraceReader();
  try {
    for await (const piece of piecesOf(path)) {
      for (const line of reader.push(piece)) {
        const answer = use(line, reader.header);
        if ((typeof answer === 'object' ? await answer : answer) === 'stop') return reader.header;
      }
    }
    for (const line of reader.end()) await use(line, reader.header);
    return reader.header;
  } catch (error) {
    if (error instanceof TraceError) throw new UsageError(`${name}: ${error.message}`);
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') === true) {
      throw new UsageError(
        `${name} is a broken gzip file${code === 'Z_BUF_ERROR' ? ': it is cut short' : ''}`,
      );
    }
    if (code?.startsWith('E') === true && !code.startsWith('ERR_')) {
      throw new UsageError(`cannot read ${name}: ${problemOf(error)}`);
    }
    throw error;
  }
}

async function* piecesOf(path: string): AsyncGenerator<string> {
  const source = path === '-' ? process.stdin : openFile(path);
  const decoder = new TextDecoder();
  let unpacking: Readable | undefined;
  const chunks = source[Symbol.asyncIterator]();
  const first = (await chunks.next()) as IteratorResult<Uint8Array>;
  if (first.done === true) return;
  const packed = first.value[0] === 0x1f && first.value[1] === 0x8b;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield first.value;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      yield next.value as Uint8Array;
    }
  }
  if (packed) {
    const gunzip = createGunzip({ chunkSize: 0x1_0000 });
    unpacking = gunzip;
    // A failure destroys gunzip with the error, which the loop below then throws.
    pipeline(Readable.from(all()), gunzip, () => {});
  }
  for await (const chunk of unpacking ?? all()) yield decoder.decode(chunk as Uint8Array, { stream: true });
  yield decoder.decode();
}

function openFile(path: string): Readable {
  const descriptor = openSync(path, 'r');
  if (fstatSync(descriptor).isDirectory()) throw new UsageError(`${path} is a folder, expected a trace`);
  return createReadStream(path, { fd: descriptor, highWaterMark: 0x1_0000 });
}
