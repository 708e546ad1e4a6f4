/** A word of an expression. */
export interface Token {
  readonly kind: 'integer' | 'name' | 'operator' | 'end';
  readonly text: string;
  /** Offset in the text. */
  readonly at: number;
}

// A number or character, a dotted path, an operator.
const tokenPattern =
  /\s*(?:((?:0[xX][0-9a-fA-F]+|[0-9]+)(?![0-9A-Za-z_])|'[ -&(-[\]-~]')|([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)|(<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%<>&^|!~?:(),]))/y;

/** Splits an expression into its words; `wrong` is the offset of the first character that begins none. */
export function tokenize(source: string): {
  readonly tokens: readonly Token[];
  readonly wrong: number | null;
} {
  const tokens: Token[] = [];
  const end = source.trimEnd().length;
  for (let at = 0; at < end; ) {
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(source);
    if (match === null) return { tokens, wrong: at + (/^\s*/.exec(source.slice(at))?.[0].length ?? 0) };
    const [whole, integer, name, operator] = match;
    const text = integer ?? name ?? operator ?? '';
    const kind = integer !== undefined ? 'integer' : name !== undefined ? 'name' : 'operator';
    tokens.push({ kind, text, at: at + whole.length - text.length });
    at += whole.length;
  }
  tokens.push({ kind: 'end', text: 'the end', at: end });
  return { tokens, wrong: null };
}

/** The value of a number, or of a character in single quotes. */
export function integerOf(text: string): bigint {
  return text.startsWith("'") ? BigInt(text.charCodeAt(1)) : BigInt(text);
}
