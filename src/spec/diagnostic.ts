import { blanked, onOneLine } from '../base/printable.ts';
import { locate, type Span } from '../base/span.ts';
import { limits } from './limits.ts';

/** What is wrong in a schema, said to its author. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Short name of the kind of mistake, in kebab-case. */
  readonly code: string;
  /** One sentence with what was found and what was expected. */
  readonly message: string;
  readonly span: Span;
}

/** Collects diagnostics, up to a limit: a broken file must not cost unbounded memory. */
export class Diagnostics {
  readonly #list: Diagnostic[] = [];
  readonly #seen = new Set<string>();
  #failed = false;
  /** How many were left out because the limit was reached. */
  omitted = 0;

  error(code: string, span: Span, message: string): void {
    this.#add({ severity: 'error', code, span, message });
  }

  warning(code: string, span: Span, message: string): void {
    this.#add({ severity: 'warning', code, span, message });
  }

  /** How many were reported so far. */
  get count(): number {
    return this.#list.length + this.omitted;
  }

  /** True when at least one error was reported. */
  get failed(): boolean {
    return this.#failed;
  }

  /** All of them, in the order of files and places. */
  sorted(): readonly Diagnostic[] {
    const files = [...new Set(this.#list.map((d) => d.span.file))];
    return [...this.#list].sort(
      (a, b) => files.indexOf(a.span.file) - files.indexOf(b.span.file) || a.span.start - b.span.start,
    );
  }

  #add({ severity, code, span, message: whole }: Diagnostic): void {
    if (severity === 'error') this.#failed = true;
    const message = whole.length > limits.message ? `${whole.slice(0, limits.message - 3)}...` : whole;
    const key = `${span.file}:${span.start}:${code}:${message}`;
    if (this.#seen.has(key)) return;
    if (this.#list.length >= limits.diagnostics) {
      this.omitted++;
      return;
    }
    this.#seen.add(key);
    this.#list.push({ severity, code, span, message });
  }
}

/**
 * Prints a diagnostic as compilers do: `file:line:column: CODE: sentence`, then the line with a caret under the
 * place. `sources` has the text of each file.
 */
export function formatDiagnostic(diagnostic: Diagnostic, sources: ReadonlyMap<string, string>): string {
  const { span, code, severity } = diagnostic;
  // Names of files and keys may hold line breaks, which must not look like diagnostics of their own.
  const [message, file] = [onOneLine(diagnostic.message), onOneLine(span.file)];
  const label = severity === 'error' ? code : `warning: ${code}`;
  const text = sources.get(span.file);
  if (text === undefined) return `${file}:1:1: ${label}: ${message}`;
  const { line, column, text: lineText } = locate(text, span.start);
  const head = `${file}:${line}:${column}: ${label}: ${message}`;
  const window = excerpt(lineText, column - 1);
  const width = Math.max(1, Math.min(span.end - span.start, window.text.length - window.at));
  const gutter = String(line);
  return [
    head,
    `${gutter} | ${window.text}`,
    `${' '.repeat(gutter.length)} | ${' '.repeat(window.at)}${'^'.repeat(width)}`,
  ].join('\n');
}

/** The part of a long line around a place, with control characters as blanks: the caret below stays in its column. */
function excerpt(line: string, at: number): { text: string; at: number } {
  const from = at > 100 ? at - 60 : 0;
  const lead = from > 0 ? '...' : '';
  const text = blanked(lead + line.slice(from, from + 140));
  return { text, at: at - from + lead.length };
}
