import type { JsonValue } from '../base/json.ts';

/** Where a command prints; tests collect it. */
export interface Output {
  /** Prints a line of the result. */
  line(text: string): void;
  /** Writes bytes of the result as they are. */
  bytes(data: Uint8Array): void;
  /** Prints a line about the work: progress, warnings. */
  note(text: string): void;
  /** True where the result goes to a person's terminal. */
  readonly isTerminal: boolean;
}

/** The terminal, or whatever standard output leads to. */
export const standardOutput: Output = {
  line: (text) => void process.stdout.write(`${text}\n`),
  bytes: (data) => void process.stdout.write(data),
  note: (text) => void process.stderr.write(`${text}\n`),
  isTerminal: process.stdout.isTTY === true,
};

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
