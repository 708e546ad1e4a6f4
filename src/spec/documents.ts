import { Composer, type CST, type Document, type ParsedNode, Parser } from 'yaml';
import { limits } from './limits.ts';

/** What the YAML parser made of a text. */
export interface YamlDocuments {
  /** At most the first two: a schema has one. */
  readonly documents: readonly Document.Parsed<ParsedNode>[];
  /** Offset of the first map or list that is nested deeper than the limit; such a text is not composed. */
  readonly tooDeep: number | null;
}

/**
 * Runs the YAML parser in steps, so that no text costs more than its length: nesting is measured before the parser's
 * recursive part sees it, and a text that is no YAML at all is given up after as many mistakes as are ever reported.
 */
export function parseDocuments(text: string): YamlDocuments {
  const composer = new Composer({
    intAsBigInt: true,
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
    version: '1.2',
    schema: 'core',
  });
  const documents: Document.Parsed<ParsedNode>[] = [];
  let mistakes = 0;
  for (const token of new Parser().parse(text)) {
    if (token.type === 'document') {
      const tooDeep = findTooDeep(token);
      if (tooDeep !== null) return { documents, tooDeep };
    }
    for (const document of composer.next(token)) documents.push(document as Document.Parsed<ParsedNode>);
    if (documents.length > 1) return { documents, tooDeep: null };
    if (token.type === 'error' && ++mistakes >= limits.diagnostics) break;
  }
  for (const document of composer.end(true, text.length))
    documents.push(document as Document.Parsed<ParsedNode>);
  return { documents: documents.slice(0, 2), tooDeep: null };
}

function findTooDeep(document: CST.Document): number | null {
  const stack: { token: CST.Token; depth: number }[] = [];
  const push = (token: CST.Token | null | undefined, depth: number): void => {
    if (token) stack.push({ token, depth });
  };
  push(document.value, 0);
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { token, depth } = top;
    if (!('items' in token)) continue;
    if (depth > limits.nesting) return token.offset;
    for (const item of token.items) {
      push(item.key, depth + 1);
      push(item.value, depth + 1);
    }
  }
  return null;
}
