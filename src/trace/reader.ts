import { parseTraceHeader, parseTraceRecord, TraceError } from './parse.ts';
import type { TraceHeader, TraceRecord } from './record.ts';

/** Most characters that a line may have; the largest argument with all of the scratch memory fits many times. */
const lineMax = 64 * 1024 * 1024;

/** Reads a trace from pieces of its text that are cut anywhere; keeps no more than a line of it. */
export class TraceReader {
  #header: TraceHeader | undefined;
  #rest = '';
  #line = 0;

  /** The first line. @throws TraceError before it is read */
  get header(): TraceHeader {
    if (this.#header === undefined) {
      throw new TraceError(1, 'the trace is empty, expected a header ({"trace":1, ...})');
    }
    return this.#header;
  }

  /** The records that a further piece ends. @throws TraceError for a line that is none */
  *push(piece: string): Generator<TraceRecord> {
    const text = this.#rest + piece;
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const record = this.#read(text.slice(start, end));
      start = end + 1;
      if (record !== null) yield record;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length > lineMax) {
      throw new TraceError(this.#line + 1, `the line is longer than ${lineMax} characters`);
    }
  }

  /** The record of a last line without a line break. @throws TraceError also where there was no header at all */
  *end(): Generator<TraceRecord> {
    const record = this.#read(this.#rest);
    this.#rest = '';
    if (record !== null) yield record;
    void this.header;
  }

  #read(text: string): TraceRecord | null {
    this.#line++;
    if (text.trim() === '') return null;
    if (this.#header !== undefined) return parseTraceRecord(text, this.#line);
    this.#header = parseTraceHeader(text, this.#line);
    return null;
  }
}

/** Reads a whole trace from one text. @throws TraceError */
export function readTrace(text: string): {
  readonly header: TraceHeader;
  readonly records: readonly TraceRecord[];
} {
  const reader = new TraceReader();
  const records = [...reader.push(text), ...reader.end()];
  return { header: reader.header, records };
}
