import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, type YAMLMap } from 'yaml';
import type { Span } from '../base/span.ts';
import { findUnwanted } from './characters.ts';
import type { Diagnostics } from './diagnostic.ts';
import { parseDocuments } from './documents.ts';
import { limits } from './limits.ts';
import type { MapEntry, SpecNode } from './node.ts';
import { yamlMistakes } from './yaml-mistakes.ts';

/**
 * Reads YAML text into a tree with places. Reports what is not YAML, and what YAML allows but a schema does not:
 * several documents, directives, anchors and aliases, merge keys, tags, keys that are no text, keys given twice.
 *
 * Returns undefined when there is no tree to go on with.
 */
export function parseYaml(file: string, text: string, diagnostics: Diagnostics): SpecNode | undefined {
  if (text.length > limits.fileBytes) {
    const whole: Span = { file, start: 0, end: 0 };
    const found = `the file has ${text.length} characters`;
    diagnostics.error('too-large', whole, `${found}, at most ${limits.fileBytes} are read.`);
    return undefined;
  }
  const found = findUnwanted(text, text.startsWith('\ufeff') ? 1 : 0);
  if (found !== undefined) {
    const span: Span = { file, start: found.at, end: found.at + 1 };
    diagnostics.error('not-text', span, `found ${found.name}, expected text that can be shown, in UTF-8.`);
    return undefined;
  }
  return new Reader(file, text, diagnostics).read();
}

/** Integers that mean the same in YAML and in C. */
const plainInteger = /^-?(?:0|[1-9][0-9]*|0x[0-9a-fA-F]+)$/;

class Reader {
  readonly #file: string;
  readonly #text: string;
  readonly #diagnostics: Diagnostics;

  constructor(file: string, text: string, diagnostics: Diagnostics) {
    this.#file = file;
    this.#text = text;
    this.#diagnostics = diagnostics;
  }

  read(): SpecNode | undefined {
    const before = this.#diagnostics.count;
    const { documents, tooDeep } = parseDocuments(this.#text);
    if (tooDeep !== null) {
      const message = `maps and lists are nested more than ${limits.nesting} levels deep.`;
      this.#diagnostics.error('too-deep', this.#span(tooDeep, tooDeep + 1), message);
      return undefined;
    }
    const [first, second] = documents;
    const errors = documents.flatMap((document) => document.errors);
    const mistakes = yamlMistakes(this.#text, errors);
    for (const { start, end, message } of mistakes) {
      this.#diagnostics.error('not-yaml', this.#span(start, end), message);
    }
    // The tree of such a text is not what its author meant: nothing more is to be learned from it.
    if (mistakes.length > 0) return undefined;
    for (const { message, pos } of errors) {
      this.#diagnostics.error('not-yaml', this.#span(pos[0], pos[1]), sentence(message));
    }
    if (second !== undefined) {
      const start = second.range[0];
      const message = 'found a second YAML document, expected one in a file.';
      this.#diagnostics.error('several-documents', this.#span(start, start), message);
    }
    if (first?.directives.yaml.explicit || first?.directives.tags['!'] !== undefined) {
      const start = Math.max(0, this.#text.search(/^%/m));
      const message = 'found a YAML directive: directives are not used in schemas.';
      this.#diagnostics.error('directive', this.#span(start, start + 1), message);
    }
    if (first === undefined || first.contents === null || isEmpty(first.contents)) {
      if (this.#diagnostics.count !== before) return undefined;
      const message = 'found an empty file, expected a schema that begins with `uapi: 1`.';
      this.#diagnostics.error('empty-file', this.#span(0, 0), message);
      return undefined;
    }
    return this.#node(first.contents);
  }

  #node(node: ParsedNode): SpecNode | undefined {
    const span = this.#span(node.range[0], node.range[1]);
    if (isAlias(node)) {
      const message = `found the alias *${node.source}, expected the value itself: aliases are not used in schemas.`;
      this.#diagnostics.error('alias', span, message);
      return undefined;
    }
    this.#checkProperties(node, span);
    if (isMap(node)) return { kind: 'map', entries: this.#entries(node), span };
    if (isSeq(node)) {
      const items = (node.items as ParsedNode[]).map((item) => this.#node(item));
      return { kind: 'seq', items: items.filter((item) => item !== undefined), span };
    }
    return isScalar(node) ? this.#scalar(node.value, span) : undefined;
  }

  #checkProperties(node: Exclude<ParsedNode, { source: string; anchor?: never }>, span: Span): void {
    if (node.anchor !== undefined) {
      const message = `found the anchor &${node.anchor}: anchors are not used in schemas.`;
      this.#diagnostics.error('anchor', span, message);
    }
    if (node.tag !== undefined) {
      this.#diagnostics.error('tag', span, `found the tag ${node.tag}: tags are not used in schemas.`);
    }
  }

  #scalar(value: unknown, span: Span): SpecNode | undefined {
    const text = this.#text.slice(span.start, span.end);
    switch (typeof value) {
      case 'bigint':
        return this.#integer(value, text, span);
      case 'number':
        return { kind: 'number', value, text, span };
      case 'boolean':
        return { kind: 'boolean', value, span };
      case 'string':
        this.#checkCharacters(value, span);
        return { kind: 'string', value, span, ...placeOf(value, text, span) };
      default:
        return { kind: 'null', span };
    }
  }

  /** Escapes like "\u001b" make characters that the file itself must not have. */
  #checkCharacters(text: string, span: Span): void {
    const found = findUnwanted(text);
    if (found === undefined) return;
    const message = `the text holds ${found.name}, expected only characters that can be shown.`;
    this.#diagnostics.error('bad-character', span, message);
  }

  #integer(value: bigint, text: string, span: Span): SpecNode | undefined {
    if (text.length > limits.integerDigits) {
      const message = `the integer has ${text.length} characters, at most ${limits.integerDigits} are read.`;
      this.#diagnostics.error('too-big', span, message);
      return undefined;
    }
    if (!plainInteger.test(text)) {
      const message = `found ${text}, expected a decimal number without leading zeros or a hexadecimal one, 0x...`;
      this.#diagnostics.error('bad-integer', span, message);
    }
    return { kind: 'integer', value, text, span };
  }

  #entries(map: YAMLMap.Parsed): MapEntry[] {
    const entries = new Map<string, MapEntry>();
    for (const { key, value } of map.items as Pair<ParsedNode | null, ParsedNode | null>[]) {
      const place = key?.range ?? value?.range ?? map.range;
      const keySpan = this.#span(place[0], key === null ? place[0] : place[1]);
      if (
        key === null ||
        !isScalar(key) ||
        (typeof key.value !== 'string' && typeof key.value !== 'bigint')
      ) {
        this.#diagnostics.error('bad-key', keySpan, 'found a key that is not text, expected a name.');
        continue;
      }
      this.#checkProperties(key, keySpan);
      const name = typeof key.value === 'string' ? key.value : this.#text.slice(keySpan.start, keySpan.end);
      if (name === '<<') {
        const message = 'found the merge key <<: merge keys are not used in schemas.';
        this.#diagnostics.error('merge-key', keySpan, message);
        continue;
      }
      if (/[\n\t]/.test(name) || findUnwanted(name) !== undefined) {
        const message = 'found a key with a line break or a control character, expected a name.';
        this.#diagnostics.error('bad-key', keySpan, message);
        continue;
      }
      if (entries.has(name)) {
        this.#diagnostics.error(
          'duplicate-key',
          keySpan,
          `${name} is given twice in one map, expected once.`,
        );
        continue;
      }
      const node = value === null ? ({ kind: 'null', span: keySpan } as const) : this.#node(value);
      if (node !== undefined) entries.set(name, { key: name, keySpan, value: node });
    }
    return [...entries.values()];
  }

  #span(start: number, end: number): Span {
    const length = this.#text.length;
    return { file: this.#file, start: Math.min(start, length), end: Math.min(Math.max(start, end), length) };
  }
}

function isEmpty(node: ParsedNode): boolean {
  return isScalar(node) && node.value === null && node.range[0] === node.range[1];
}

/** Where a scalar's value stands in the text, unless quotes and line breaks changed it. */
function placeOf(value: string, text: string, span: Span): { readonly verbatim?: number } {
  if (text === value) return { verbatim: span.start };
  return text.slice(1, -1) === value ? { verbatim: span.start + 1 } : {};
}

/** The parser's own message as one sentence. */
function sentence(message: string): string {
  const line = message.split('\n')[0] ?? message;
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
