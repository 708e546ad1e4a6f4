import { insteadOf } from './c-types.ts';

/** A mistake that the YAML parser sees only the consequences of, said in the words of its author. */
export interface YamlMistake {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

/** What the parser reported: a code of the library and a place. */
interface ParserError {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** Mistakes that are told, at most. */
const most = 100;

/**
 * The usual mistakes behind errors of the YAML parser, which reports them as several that follow from each other. Empty if
 * the errors have another cause.
 */
export function yamlMistakes(text: string, errors: readonly ParserError[]): readonly YamlMistake[] {
  if (errors.some(({ code }) => code === 'TAB_AS_INDENT')) return tabs(text);
  const found = errors.some(({ message }) => message.startsWith('Unexpected flow-seq-start'))
    ? brackets(text)
    : [];
  return found.length > 0 ? found : colons(text, errors);
}

/** Lines that begin with a tab. */
function tabs(text: string): readonly YamlMistake[] {
  return matches(text, /^ *(\t+)/gm).map(({ start, end }) => ({
    start,
    end,
    message: 'found a tab at the beginning of a line, expected spaces: YAML is indented with spaces only.',
  }));
}

/** `{ type: u32[4] }`: in a flow map a bracket begins a list. */
function brackets(text: string): readonly YamlMistake[] {
  return matches(text, /[{,][ \t]*[\w-]+:[ \t]+([A-Za-z_]\w*[ *]*(?:\[[^\][\n{}]*\])+)(?=[ \t]*[,}])/g).map(
    ({ start, end, found }) => {
      const at = found.search(/[ *[]/);
      const instead = insteadOf(found.slice(0, at), found.slice(at)) ?? `"${found}"`;
      const message = `found ${found}, expected ${instead}: between { and } a text with brackets needs quotes.`;
      return { start, end, message };
    },
  );
}

/** `doc: one: two`: a second colon on a line. */
function colons(text: string, errors: readonly ParserError[]): readonly YamlMistake[] {
  const nested = errors.filter(({ message }) => message.startsWith('Nested mappings are not allowed'));
  if (nested.length < errors.length) return [];
  return nested.slice(0, most).map(({ pos: [start] }) => {
    const end = text.indexOf('\n', start);
    return {
      start,
      end: end === -1 ? text.length : end,
      message: 'found a text with a colon and a space, expected quotes around it: "one: two".',
    };
  });
}

function matches(
  text: string,
  pattern: RegExp,
): readonly { readonly start: number; readonly end: number; readonly found: string }[] {
  const all: { start: number; end: number; found: string }[] = [];
  for (const match of text.matchAll(pattern)) {
    const found = match[1] ?? '';
    const start = match.index + match[0].length - found.length;
    if (all.push({ start, end: start + found.length, found }) >= most) break;
  }
  return all;
}
