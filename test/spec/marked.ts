import { expect } from 'vitest';
import { locate } from '../../src/base/span.ts';
import type { SchemaResult } from '../../src/spec/schema-file.ts';
import { readText } from './hosts.ts';

/**
 * Reads a schema in which comments say what is wrong in the line above: `#    ^^^ code: message`, with as many
 * carets as the place has characters, or `#< code: message` for a place at the beginning of a line. The schema's head
 * (`uapi: 1`, `name: x`) is put before it.
 *
 * The diagnostics must be the marked ones, no more and no less.
 */
export function reportsWhatIsMarked(marked: string): void {
  const lines = marked
    .trim()
    .split('\n')
    .filter((line) => !/^#(?: *\^+|<) /.test(line));
  const text = `uapi: 1\nname: x\n${lines.join('\n')}\n`;
  expect(mark(text, readText(text))).toBe(`uapi: 1\nname: x\n${marked.trim()}`);
}

/** The text with a comment for each diagnostic. */
export function mark(text: string, result: SchemaResult): string {
  const marks = new Map<number, string[]>();
  const lines = text.trimEnd().split('\n');
  for (const { severity, code, message, span } of result.diagnostics) {
    const { line, column, text: found } = locate(text, span.start);
    const width = Math.max(1, Math.min(span.end - span.start, found.length - column + 1));
    const place = column === 1 ? '#<' : `#${' '.repeat(column - 2)}${'^'.repeat(width)}`;
    const label = severity === 'warning' ? `warning: ${code}` : code;
    const below = Math.min(line, lines.length);
    marks.set(below, [...(marks.get(below) ?? []), `${place} ${label}: ${message}`]);
  }
  return lines.flatMap((line, i) => [line, ...(marks.get(i + 1) ?? [])]).join('\n');
}
