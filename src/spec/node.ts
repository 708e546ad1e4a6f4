import type { Span } from '../base/span.ts';

/** A schema's text as a tree that keeps the place of everything; made from YAML, but free of it. */
export type SpecNode = MapNode | SeqNode | ScalarNode;

/** A map: names with values, in the order of the text. */
export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly span: Span;
}

/** A key of a map with its value. */
export interface MapEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: SpecNode;
}

/** A list. */
export interface SeqNode {
  readonly kind: 'seq';
  readonly items: readonly SpecNode[];
  readonly span: Span;
}

/** A single value. */
export type ScalarNode =
  | { readonly kind: 'integer'; readonly value: bigint; readonly text: string; readonly span: Span }
  | {
      readonly kind: 'string';
      readonly value: string;
      readonly span: Span;
      /** Offset where the value stands character by character; none where escapes or folded lines changed it. */
      readonly verbatim?: number;
    }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly span: Span }
  | { readonly kind: 'number'; readonly value: number; readonly text: string; readonly span: Span }
  | { readonly kind: 'null'; readonly span: Span };

/** The value of a key in a map. */
export function get(node: SpecNode | undefined, key: string): SpecNode | undefined {
  if (node?.kind !== 'map') return undefined;
  return node.entries.find((entry) => entry.key === key)?.value;
}

/** The text of a string under a key. */
export function getString(node: SpecNode | undefined, key: string): string | undefined {
  const value = get(node, key);
  return value?.kind === 'string' ? value.value : undefined;
}

/** The value of an integer under a key. */
export function getInteger(node: SpecNode | undefined, key: string): bigint | undefined {
  const value = get(node, key);
  return value?.kind === 'integer' ? value.value : undefined;
}

/** True where the key holds `true`. */
export function getFlag(node: SpecNode | undefined, key: string): boolean {
  const value = get(node, key);
  return value?.kind === 'boolean' && value.value;
}

/** The items of a list under a key; a single value counts as a list of one. */
export function getList(node: SpecNode | undefined, key: string): readonly SpecNode[] {
  const value = get(node, key);
  if (value === undefined) return [];
  return value.kind === 'seq' ? value.items : [value];
}

/** The entries of a map under a key. */
export function getEntries(node: SpecNode | undefined, key: string): readonly MapEntry[] {
  const value = get(node, key);
  return value?.kind === 'map' ? value.entries : [];
}

/** What a node is called in messages. */
export function describe(node: SpecNode): string {
  switch (node.kind) {
    case 'map':
      return 'a map';
    case 'seq':
      return 'a list';
    case 'null':
      return 'nothing';
    case 'integer':
      return `the integer ${shorten(node.text)}`;
    case 'number':
      return `the number ${shorten(node.text)}`;
    case 'boolean':
      return `${node.value}`;
    case 'string':
      return `the text "${shorten(node.value)}"`;
  }
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
