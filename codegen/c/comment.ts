/** Widest line of a comment. */
const columns = 80;

/** Text that cannot end the comment it stands in, nor begin another one. */
export function commentText(text: string): string {
  return text
    .replace(/\*\//g, '* /')
    .replace(/\/\*/g, '/ *')
    .replace(/\?\?\//g, '? ?/')
    .trim();
}

/** The first sentence of a doc without its full stop, and what follows it. */
export function splitDoc(doc: string): { readonly brief: string; readonly rest: string } {
  const text = doc.trim();
  const paragraph = text.split(/\n\s*\n/, 1)[0] ?? '';
  const sentence = /^[\s\S]*?[.!?](?=\s+[A-Z"'`(]|\s*$)/.exec(paragraph)?.[0] ?? paragraph;
  const brief = sentence.replace(/\s+/g, ' ').replace(/\.$/, '');
  return { brief, rest: text.slice(sentence.length).trim() };
}

/** Wraps a text of several paragraphs; the first line begins after `first`, further ones after `next`. */
export function wrap(text: string, first: string, next: string): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const [index, paragraph] of commentText(text)
    .split(/\n\s*\n/)
    .entries()) {
    if (index > 0) {
      lines.push(line.trimEnd(), next.trimEnd());
      line = next;
      empty = true;
    }
    for (const word of paragraph.split(/\s+/)) {
      if (!empty && line.length + 1 + word.length > columns) {
        lines.push(line);
        line = next;
        empty = true;
      }
      line += empty ? word : ` ${word}`;
      empty = false;
    }
  }
  lines.push(line.trimEnd());
  return lines;
}

/** A block comment; nothing for an empty text. */
export function blockComment(text: string): readonly string[] {
  if (text.trim() === '') return [];
  const single = `/* ${commentText(text).replace(/\s+/g, ' ')} */`;
  if (single.length <= columns && !/\n\s*\n/.test(text.trim())) return [single];
  return ['/*', ...wrap(text, ' * ', ' * '), ' */'];
}

/** What a kernel-doc comment says of a struct, union or enum. */
export interface KernelDoc {
  /** `struct NAME`, `enum NAME`. */
  readonly subject: string;
  readonly brief: string;
  /** Members or values with their docs. */
  readonly members: readonly { readonly name: string; readonly doc: string }[];
  readonly description: string;
}

/**
 * A comment in kernel-doc's form (Documentation/doc-guide/kernel-doc.rst), without the members that nobody described;
 * nothing if nobody described anything.
 */
export function kernelDoc(doc: KernelDoc): readonly string[] {
  const members = doc.members.filter((member) => member.doc.trim() !== '');
  if (members.length === 0 && doc.brief === '' && doc.description === '') return [];
  return [
    '/**',
    ...wrap(doc.brief === '' ? doc.subject : `${doc.subject} - ${doc.brief}`, ' * ', ' *   '),
    ...members.flatMap(({ name, doc: text }) =>
      // A blank line would end the member's text.
      wrap(text.replace(/\n\s*\n/g, '\n'), ` * @${name}: `, ' *   '),
    ),
    ...(doc.description === '' ? [] : [' *', ...wrap(doc.description, ' * ', ' * ')]),
    ' */',
  ];
}
