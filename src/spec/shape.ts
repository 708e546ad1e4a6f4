import { InternalError } from '../base/internal-error.ts';
import type { Diagnostics } from './diagnostic.ts';
import { describe, type MapEntry, type MapNode, type SpecNode } from './node.ts';
import { didYouMean } from './suggestion.ts';

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
    const fitting = options.find((option) => this.#matches(node, this.#follow(option)));
    if (fitting === undefined) return this.#mismatch(node, options, place);
    const described = fitting.$ref === undefined ? { description, ...fitting } : fitting;
    return this.check(node, described, place);
  }

  #checkValue(node: SpecNode, schema: ShapeSchema, place: string): SpecNode | undefined {
    const allowed = (schema.enum ?? [schema.const]).map(String);
    const found = 'value' in node ? String(node.value) : '';
    if (allowed.includes(found)) return node;
    this.#diagnostics.error(
      'unknown-value',
      node.span,
      `${place} is ${found.slice(0, 40)}, expected ${oneOf(allowed)}${didYouMean(found, allowed) || '.'}`,
    );
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
      this.#diagnostics.error('missing-key', headOf(node), `${place} has no ${key}, expected one.`);
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
      const names = schema.propertyNames?.pattern;
      if (names !== undefined && !new RegExp(names).test(key)) {
        this.#diagnostics.error(
          'bad-name',
          keySpan,
          `found the name ${key.slice(0, 40)} in ${place}, expected one like ${names}.`,
        );
        return undefined;
      }
      return this.check(value, schema.additionalProperties, key);
    }
    const keys = Object.keys(properties);
    const hint = didYouMean(key, keys) || `, expected ${oneOf(keys)}.`;
    this.#diagnostics.error('unknown-key', keySpan, `unknown key ${key.slice(0, 40)} in ${place}${hint}`);
    return undefined;
  }

  #mismatch(node: SpecNode, options: readonly ShapeSchema[], place: string): undefined {
    const expected = [...new Set(options.flatMap((option) => this.#kinds(this.#follow(option))))];
    const hint = node.kind === 'number' && expected.includes('text') ? ': put it in quotes' : '';
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
    if (schema.enum !== undefined) return [oneOf(schema.enum.map(String))];
    if (schema.const !== undefined) return [String(schema.const)];
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

/** The beginning of a map, where a missing key is reported. */
function headOf(node: MapNode): MapNode['span'] {
  const first = node.entries[0];
  return first === undefined ? node.span : first.keySpan;
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
