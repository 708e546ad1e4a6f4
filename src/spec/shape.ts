import { InternalError } from '../base/internal-error.ts';
import { didYouMean } from '../base/suggestion.ts';
import type { Diagnostics } from './diagnostic.ts';
import { describe, getString, type MapEntry, type MapNode, type SpecNode } from './node.ts';

/** The part of JSON Schema (2020-12) that uapi.schema.json is written in. */
export interface ShapeSchema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly anyOf?: readonly ShapeSchema[];
  readonly items?: ShapeSchema;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, ShapeSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: ShapeSchema;
  readonly additionalProperties?: boolean | ShapeSchema;
  readonly $defs?: Readonly<Record<string, ShapeSchema>>;
}

/**
 * Checks a tree against the language's JSON Schema and returns it without what does not fit, so that the resolver
 * sees only nodes of the right shape and every further mistake is still found. Undefined when nothing is left.
 */
export function checkShape(
  tree: SpecNode,
  schema: ShapeSchema,
  diagnostics: Diagnostics,
): SpecNode | undefined {
  return new ShapeChecker(schema, diagnostics).check(tree, schema, 'the file');
}

class ShapeChecker {
  readonly #root: ShapeSchema;
  readonly #diagnostics: Diagnostics;

  constructor(root: ShapeSchema, diagnostics: Diagnostics) {
    this.#root = root;
    this.#diagnostics = diagnostics;
  }

  /** `place` names the node in messages: `flags`, `item 3 of fields`. */
  check(node: SpecNode, schema: ShapeSchema, place: string): SpecNode | undefined {
    const target = this.#follow(schema);
    if (target.anyOf !== undefined) return this.#checkAny(node, target, place);
    if (!this.#matches(node, target)) return this.#mismatch(node, [target], place);
    if (target.enum !== undefined || target.const !== undefined) return this.#checkValue(node, target, place);
    if (
      node.kind === 'string' &&
      target.pattern !== undefined &&
      !new RegExp(target.pattern).test(node.value)
    ) {
      const expected =
        target.description === undefined ? `text like ${target.pattern}` : lowerFirst(target.description);
      this.#diagnostics.error(
        'bad-value',
        node.span,
        `${place} is "${node.value.slice(0, 40)}", expected ${trimDot(expected)}.`,
      );
      return undefined;
    }
    if (node.kind === 'map') return this.#checkMap(node, target, place);
    if (node.kind === 'seq') {
      if (node.items.length < (target.minItems ?? 0)) {
        this.#diagnostics.error(
          'empty-list',
          node.span,
          `${place} is an empty list, expected at least ${target.minItems} item.`,
        );
        return undefined;
      }
      const checked = node.items.map((item, i) =>
        this.check(item, target.items ?? {}, `item ${i + 1} of ${place}`),
      );
      const items = checked.filter((item) => item !== undefined);
      return items.length < (target.minItems ?? 0) ? undefined : { ...node, items };
    }
    return node;
  }

  #checkAny(
    node: SpecNode,
    { anyOf: options = [], description = '' }: ShapeSchema,
    place: string,
  ): SpecNode | undefined {
    const matching = options.filter((option) => this.#matches(node, this.#follow(option)));
    const fitting = matching.find((option) => accepts(this.#follow(option), node)) ?? matching[0];
    if (fitting === undefined) return this.#mismatch(node, options, place);
    const described = fitting.$ref === undefined ? { description, ...fitting } : fitting;
    return this.check(node, described, place);
  }

  #checkValue(node: SpecNode, schema: ShapeSchema, place: string): SpecNode | undefined {
    if (accepts(schema, node)) return node;
    const allowed = valuesOf(schema);
    const found = 'value' in node ? String(node.value) : '';
    const hint = didYouMean(found, allowed) || '.';
    const message = `${place} is ${found.slice(0, 40)}, expected ${nameOfValues(schema)}${hint}`;
    this.#diagnostics.error('unknown-value', node.span, message);
    return undefined;
  }

  #checkMap(node: MapNode, schema: ShapeSchema, place: string): SpecNode | undefined {
    const properties = schema.properties ?? {};
    const entries: MapEntry[] = [];
    for (const entry of node.entries) {
      const checked = this.#checkEntry(entry, schema, properties, place);
      if (checked !== undefined) entries.push({ ...entry, value: checked });
    }
    const missing = (schema.required ?? []).filter((key) => !node.entries.some((entry) => entry.key === key));
    for (const key of missing) {
      const value = properties[key]?.const;
      const expected = value === undefined ? 'one' : `${key}: ${value}`;
      this.#diagnostics.error('missing-key', headOf(node), `${place} has no ${key}, expected ${expected}.`);
    }
    const broken = (schema.required ?? []).some((key) => !entries.some((entry) => entry.key === key));
    return broken && schema !== this.#root ? undefined : { ...node, entries };
  }

  #checkEntry(
    entry: MapEntry,
    schema: ShapeSchema,
    properties: Readonly<Record<string, ShapeSchema>>,
    place: string,
  ): SpecNode | undefined {
    const { key, keySpan, value } = entry;
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known !== undefined) return this.check(value, known, key);
    if (typeof schema.additionalProperties === 'object') {
      const names = schema.propertyNames && this.#follow(schema.propertyNames);
      if (names !== undefined && !valuesOf(names).includes(key)) {
        const hint = didYouMean(key, valuesOf(names)) || '.';
        const message = `found the name ${key.slice(0, 40)} in ${place}, expected ${nameOfValues(names)}${hint}`;
        this.#diagnostics.error('bad-name', keySpan, message);
        return undefined;
      }
      return this.check(value, schema.additionalProperties, key);
    }
    const keys = Object.keys(properties);
    const hint = keyHint(entry, schema) ?? (didYouMean(key, keys) || `, expected ${oneOf(keys)}.`);
    this.#diagnostics.error('unknown-key', keySpan, `unknown key ${key.slice(0, 40)} in ${place}${hint}`);
    return undefined;
  }

  #mismatch(node: SpecNode, options: readonly ShapeSchema[], place: string): undefined {
    const followed = options.map((option) => this.#follow(option));
    // Beside any text, the texts that editors propose need not be told.
    const telling = followed.some(takesText)
      ? followed.filter((option) => valuesOf(option).length === 0)
      : followed;
    const expected = [...new Set(telling.flatMap((option) => this.#kinds(option)))];
    const hint = mismatchHint(node, followed, (schema) => this.#follow(schema));
    this.#diagnostics.error(
      'wrong-type',
      node.span,
      `${place} is ${describe(node)}, expected ${oneOf(expected)}${hint}.`,
    );
    return undefined;
  }

  /** Whether the kind of node fits; contents are checked later. */
  #matches(node: SpecNode, schema: ShapeSchema): boolean {
    if (schema.anyOf !== undefined)
      return schema.anyOf.some((option) => this.#matches(node, this.#follow(option)));
    if (schema.enum !== undefined || schema.const !== undefined) {
      return (schema.enum ?? [schema.const]).some((value) =>
        typeof value === 'number' ? node.kind === 'integer' : typeof value === node.kind,
      );
    }
    const types = schema.type === undefined ? [] : [schema.type].flat();
    return types.length === 0 || types.some((type) => kindOfType[type] === node.kind);
  }

  #kinds(schema: ShapeSchema): string[] {
    if (schema.anyOf !== undefined)
      return schema.anyOf.flatMap((option) => this.#kinds(this.#follow(option)));
    if (valuesOf(schema).length > 0) return [nameOfValues(schema)];
    return [schema.type ?? []].flat().map((type) => nameOfType[type] ?? type);
  }

  #follow(schema: ShapeSchema): ShapeSchema {
    if (schema.$ref === undefined) return schema;
    const target = this.#root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    if (target === undefined) throw new InternalError(`uapi.schema.json has no ${schema.$ref}`);
    return this.#follow(target);
  }
}

const kindOfType: Readonly<Record<string, SpecNode['kind']>> = {
  object: 'map',
  array: 'seq',
  string: 'string',
  integer: 'integer',
  boolean: 'boolean',
  null: 'null',
};

const nameOfType: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'an integer',
  boolean: 'true or false',
  null: 'null',
};

/** What a key that is none was meant to be, as the end of a message. */
function keyHint({ key, value, keySpan }: MapEntry, { properties = {} }: ShapeSchema): string | undefined {
  const [, name, rest] = /^([\w-]+):(.*)$/.exec(key) ?? [];
  if (name !== undefined && Object.hasOwn(properties, name))
    return `, expected ${name}: ${rest}, with a space after the colon.`;
  if (key === 'value' && Object.hasOwn(properties, 'bit')) return ', expected bit with its number (or mask).';
  // In `{ doc: Hello, world }` the second word is a key without a value.
  const bare = value.kind === 'null' && value.span === keySpan;
  return bare ? ': a text with a comma needs quotes between { and }.' : undefined;
}

/** How to write what was meant by a node of the wrong kind, as the end of a message. */
function mismatchHint(
  node: SpecNode,
  options: readonly ShapeSchema[],
  follow: (schema: ShapeSchema) => ShapeSchema,
): string {
  const only = options.length === 1 ? options[0] : undefined;
  if (only?.const !== undefined) return node.kind === 'string' ? ' without quotes' : '';
  if (node.kind === 'number' && options.some(takesText)) return ': put it in quotes';
  if (only === undefined) return '';
  const item = only.items === undefined ? undefined : follow(only.items);
  if (node.kind === 'map' && item?.properties?.['name'] !== undefined) {
    const more = item.properties['type'] === undefined ? '' : ', type: u32';
    return `: begin each item with a dash, - { name: ${firstName(node)}${more} }`;
  }
  if (node.kind === 'seq' && typeof only.additionalProperties === 'object')
    return ': write NAME: in place of - name: NAME';
  if (node.kind === 'string' && only.properties?.['name'] !== undefined) {
    const [, type, name] = /^(\w+) (\w+)$/.exec(node.value) ?? [];
    if (type !== undefined && only.properties['type'] !== undefined)
      return `: { name: ${name}, type: ${type} }`;
    return /^\w{1,40}$/.test(node.value) ? `: { name: ${node.value} }` : '';
  }
  return takesText(only) && only.description !== undefined
    ? ` (${trimDot(lowerFirst(only.description))})`
    : '';
}

/** A name out of a map that should be a list: that of its only item, or the first key. */
function firstName(node: MapNode): string {
  const name = getString(node, 'name') ?? node.entries[0]?.key ?? '';
  return /^\w{1,40}$/.test(name) ? name : 'a';
}

function takesText({ type }: ShapeSchema): boolean {
  return [type].flat().includes('string');
}

/** The beginning of a map, where a missing key is reported. */
function headOf(node: MapNode): MapNode['span'] {
  const first = node.entries[0];
  return first === undefined ? node.span : first.keySpan;
}

/** The values that a schema lists; none if it lists none. */
function valuesOf({ enum: values, const: only }: ShapeSchema): readonly string[] {
  return (values ?? (only === undefined ? [] : [only])).map(String);
}

/** The values that a schema lists, in words: all of them, or what they are if they are many. */
function nameOfValues(schema: ShapeSchema): string {
  const values = valuesOf(schema);
  return values.length > 30 && schema.description !== undefined
    ? `the ${trimDot(lowerFirst(schema.description))}`
    : oneOf(values);
}

/** Whether a node is one of the values that a schema lists; true of any node if it lists none. */
function accepts(schema: ShapeSchema, node: SpecNode): boolean {
  const values = valuesOf(schema);
  return values.length === 0 || ('value' in node && values.includes(String(node.value)));
}

function oneOf(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? 'nothing';
  const shown = words.length > 14 ? [...words.slice(0, 14), 'others'] : words;
  return `${shown.slice(0, -1).join(', ')} or ${shown[shown.length - 1]}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function trimDot(text: string): string {
  return text.replace(/\.$/, '');
}
