import { isCall, type TraceLine } from './event.ts';
import { TraceError } from './fields.ts';
import { parseTraceLine } from './parse.ts';
import type { TraceHeader, TraceRecord } from './record.ts';

/** Most characters that a line may have; the largest argument with all of the scratch memory fits many times. */
const lineMax = 64 * 1024 * 1024;

/** Reads traces, one behind the other, from pieces of their text that are cut anywhere; keeps no more than a line. */
export class TraceReader {
  #header: TraceHeader | undefined;
  #rest = '';
  #line = 0;

  /** The header above the line that was given last; each header starts another process. @throws TraceError before one is read */
  get header(): TraceHeader {
    if (this.#header === undefined) {
      throw new TraceError(1, 'the trace is empty, expected a header ({"trace":1, ...})');
    }
    return this.#header;
  }

  /** The lines that a further piece ends. @throws TraceError for a line that is none */
  *push(piece: string): Generator<TraceLine> {
    let start = 0;
    // Only the piece is searched: a long line of many pieces would be searched again with each of them.
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', start)) {
      if (end === start && this.#rest === '') {
        this.#line++;
        start++;
        continue;
      }
      const record = this.#read(this.#rest + piece.slice(start, end));
      this.#rest = '';
      start = end + 1;
      if (record !== null) yield record;
    }
    this.#rest += piece.slice(start);
    if (this.#rest.length > lineMax) {
      throw new TraceError(this.#line + 1, `the line is longer than ${lineMax} characters`);
    }
  }

  /** A last line without a line break. @throws TraceError also where there was no header at all */
  *end(): Generator<TraceLine> {
    const record = this.#read(this.#rest);
    this.#rest = '';
    if (record !== null) yield record;
    void this.header;
  }

  #read(text: string): TraceLine | null {
    this.#line++;
    if (text.trim() === '') return null;
    const line = parseTraceLine(text, this.#line);
    if ('trace' in line) {
      this.#header = line;
      return null;
    }
    if (this.#header === undefined) {
      throw new TraceError(this.#line, 'the header of a trace is missing ({"trace":1, ...})');
    }
    return line;
  }
}

/** A trace as a whole. */
export interface Trace {
  readonly header: TraceHeader;
  readonly lines: readonly TraceLine[];
  /** Of the lines those that are calls. */
  readonly records: readonly TraceRecord[];
}

/** Reads all traces of a text. @throws TraceError */
export function readTraces(text: string): readonly Trace[] {
  const reader = new TraceReader();
  const traces: (Trace & { readonly lines: TraceLine[]; readonly records: TraceRecord[] })[] = [];
  const add = (line: TraceLine): void => {
    let trace = traces.at(-1);
    if (trace?.header !== reader.header) {
      trace = { header: reader.header, lines: [], records: [] };
      traces.push(trace);
    }
    trace.lines.push(line);
    if (isCall(line)) trace.records.push(line);
  };
  for (const line of reader.push(text)) add(line);
  for (const line of reader.end()) add(line);
  return traces.length === 0 ? [{ header: reader.header, lines: [], records: [] }] : traces;
}

/** Reads a text that holds one trace, the first one where it holds several. @throws TraceError */
export function readTrace(text: string): Trace {
  return readTraces(text)[0] as Trace;
}
