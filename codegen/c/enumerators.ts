import type { Printer } from '../printer.ts';
import { blockComment, commentText } from './comment.ts';
import { withoutParentheses } from './parentheses.ts';

/** One line of an enum. */
export interface EnumeratorRow {
  readonly name: string;
  readonly value: string;
  /** The number behind an expression. */
  readonly note: string;
  /** Empty where a kernel-doc comment tells it already. */
  readonly doc: string;
}

/** Columns that a line may have with its comment. */
const columns = 104;

/** Prints an enum; `tag` null makes it anonymous. */
export function printEnum(printer: Printer, tag: string | null, rows: readonly EnumeratorRow[]): void {
  printer.line(tag === null ? 'enum {' : `enum ${tag} {`);
  printer.indented(() => {
    for (const [index, { name, value, note, doc }] of rows.entries()) {
      // The last one has no comma: C90 and C++98 do not know it.
      const line = `${name} = ${withoutParentheses(value)}${index === rows.length - 1 ? '' : ','}`;
      const comment = [note, commentText(doc).replace(/\s+/g, ' ').replace(/\.$/, '')].filter(
        (part) => part !== '',
      );
      const whole = comment.length === 0 ? line : `${line} /* ${comment.join(': ')} */`;
      if (whole.length <= columns) printer.line(whole);
      else {
        printer.lines(blockComment(doc));
        printer.line(note === '' ? line : `${line} /* ${note} */`);
      }
    }
  });
  printer.line('};');
}
