import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { JsonValue } from '../../base/json.ts';
import { printable } from '../../base/printable.ts';
import { UsageError } from '../../base/usage-error.ts';
import { painted } from './colour.ts';
import { OutputError } from './output-error.ts';

/** Where a command prints; tests collect it. Text may hold anything: what a terminal would obey is escaped. */
export interface Output {
  /** Prints a line of the result. */
  line(text: string): void;
  /** Writes bytes of the result as they are; a terminal is not sent any. */
  bytes(data: Uint8Array): void;
  /** Prints a line about the work: progress, warnings. */
  note(text: string): void;
  /** True if the result goes to a person's terminal. */
  readonly isTerminal: boolean;
}

/** What an output leads to. */
export interface Sink {
  /** Takes text or bytes of the result. @throws OutputError if they cannot be written */
  out(data: string | Uint8Array): void;
  /** Takes text about the work. @throws OutputError if it cannot be written */
  err(text: string): void;
  readonly isTerminal: boolean;
}

/** The one way from commands to what the user sees: everything is escaped but the program's own colours. */
export function outputTo(sink: Sink): Output {
  return {
    line: (text) => sink.out(`${painted(text, printable)}\n`),
    bytes: (data) => {
      if (sink.isTerminal) {
        throw new UsageError(
          'standard output is a terminal, which bytes could break: send them to a file or a program',
        );
      }
      sink.out(data);
    },
    note: (text) => sink.err(`${painted(text, printable)}\n`),
    isTerminal: sink.isTerminal,
  };
}

/** Output to open files; those of this process unless told otherwise. */
export function fileOutput(result = 1, notes = 2): Output {
  return outputTo({
    out: (data) => writeAll(result, 'standard output', data),
    err: (text) => {
      try {
        writeAll(notes, 'standard error', text);
      } catch (error) {
        // Nobody reads what is told about the work: the result is still wanted.
        if (!(error instanceof OutputError && error.isReaderGone)) throw error;
      }
    },
    isTerminal: isatty(result),
  });
}

/**
 * Writes all of the data before it returns, so that a failure is known at the place that can answer for it: node's
 * streams tell it later, to nobody in particular.
 */
function writeAll(descriptor: number, name: string, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  for (let start = 0; start < bytes.length; ) {
    try {
      start += writeSync(descriptor, bytes, start);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') throw new OutputError(name, code);
      // The other end does not block and has not read yet.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Prints one JSON document. */
export function printJson(output: Output, value: JsonValue): void {
  output.line(JSON.stringify(value, null, 2));
}

/** Text in columns, each as wide as its widest cell; the last one is as long as it is. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
