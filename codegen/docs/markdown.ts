/** A doc of the schema as Markdown text: characters that Markdown would take as marks are escaped. */
export function prose(text: string): string {
  return text
    .trim()
    .replace(/[\\`*<]/g, '\\$&')
    .replace(/(^|[\s(])(_+)/g, (_, before: string, marks: string) => before + marks.replace(/_/g, '\\_'));
}

/** A doc on one line, for tables and lists. */
export function phrase(text: string): string {
  return prose(text.replace(/\s+/g, ' ')).replace(/\|/g, '\\|');
}

/** Text as code; empty text stays empty. */
export function code(text: string): string {
  return text === '' ? '' : `\`${text.replace(/`/g, "'").replace(/\|/g, '\\|')}\``;
}

/** A link to a heading of the same page. */
export function link(text: string, heading: string): string {
  return `[${code(text)}](#${slug(heading)})`;
}

/** The anchor that Markdown renderers give a heading. */
export function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9_ -]/g, '')
    .replace(/ /g, '-');
}

/** A table; cells are Markdown already. Columns without any content are left out. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const used = heads.map((_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  const line = (cells: readonly string[]): string => `| ${cells.filter((_, i) => used[i]).join(' | ')} |`;
  return [
    line(heads),
    line(heads.map(() => '---')),
    ...rows.map((row) => line(heads.map((_, i) => row[i] ?? ''))),
  ];
}

/** A block of text that is printed as it is. */
export function fenced(lines: readonly string[]): readonly string[] {
  return ['```text', ...lines, '```'];
}
