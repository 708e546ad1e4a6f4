import type { Span } from '../base/span.ts';
import type { Diagnostics } from './diagnostic.ts';
import { limits } from './limits.ts';
import { get, getList, getString, type MapNode } from './node.ts';
import { beside, normalize } from './schema-path.ts';
import { checkShape, type ShapeSchema } from './shape.ts';
import { parseYaml } from './yaml.ts';

/** Where schema files come from; the command line gives the file system, tests a map. */
export interface SchemaHost {
  /**
   * The text of a file, or why it cannot be read.
   *
   * @param root the schema that the user asked for: what it includes and imports may be held to other rules than itself
   */
  read(path: string, root: string): { readonly text: string } | { readonly problem: string };
  /** Trees of texts that were read before without a mistake, so that a file is parsed once. */
  readonly trees: Map<string, MapNode>;
  /** The language's JSON Schema (schema/uapi.schema.json), parsed. */
  readonly shape: ShapeSchema;
}

/** One schema with its parts: what becomes one interface. */
export interface LoadedInterface {
  readonly name: string;
  /** Trees in the order of the text: what the root includes comes after the root's own. */
  readonly trees: readonly MapNode[];
  readonly files: readonly string[];
  /** Names of the interfaces that it imports. */
  readonly imports: readonly string[];
}

/** A schema and all that it needs. */
export interface LoadedSchema {
  /** Imported interfaces come before those that import them; the root is last. */
  readonly interfaces: readonly LoadedInterface[];
  /** The text of every file that was read, by its path. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Reads a schema file and, after it, the files that it includes and imports. */
export function loadSchema(path: string, host: SchemaHost, diagnostics: Diagnostics): LoadedSchema {
  const loader = new Loader(path, host, diagnostics);
  loader.loadInterface(path, { file: path, start: 0, end: 0 }, []);
  return { interfaces: loader.interfaces, sources: loader.sources };
}

class Loader {
  readonly interfaces: LoadedInterface[] = [];
  readonly sources = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #root: string;
  readonly #host: SchemaHost;
  readonly #diagnostics: Diagnostics;

  constructor(root: string, host: SchemaHost, diagnostics: Diagnostics) {
    this.#root = root;
    this.#host = host;
    this.#diagnostics = diagnostics;
  }

  /** `from` is the place that asks for the file, `parents` the files that are being imported around it. */
  loadInterface(path: string, from: Span, parents: readonly string[]): string | undefined {
    if (parents.some((parent) => same(parent, path))) {
      this.#diagnostics.error(
        'import-cycle',
        from,
        `${path} imports itself: ${[...parents, path].join(' -> ')}.`,
      );
      return undefined;
    }
    const known = this.#names.get(path);
    if (known !== undefined) return known;
    const root = this.#readTree(path, from);
    if (root === undefined) return undefined;
    const name = getString(root, 'name') ?? path;
    this.#names.set(path, name);
    const imports: string[] = [];
    for (const node of getList(root, 'import')) {
      if (node.kind !== 'string') continue;
      const imported = this.loadInterface(relative(path, node.value), node.span, [...parents, path]);
      if (imported !== undefined) imports.push(imported);
    }
    const trees = [root];
    const files = [path];
    this.#include(root, name, trees, files);
    if (this.interfaces.some((other) => other.name === name)) {
      this.#diagnostics.error(
        'duplicate-name',
        get(root, 'name')?.span ?? from,
        `another schema is also named ${name}, expected a unique name.`,
      );
      return undefined;
    }
    this.interfaces.push({ name, trees, files, imports });
    return name;
  }

  #include(tree: MapNode, name: string, trees: MapNode[], files: string[]): void {
    for (const node of getList(tree, 'include')) {
      if (node.kind !== 'string') continue;
      const path = relative(tree.span.file, node.value);
      if (files.some((file) => same(file, path))) {
        this.#diagnostics.error('include-cycle', node.span, `${path} is included twice, expected once.`);
        continue;
      }
      const part = this.#readTree(path, node.span);
      if (part === undefined) continue;
      files.push(path);
      const partName = getString(part, 'name');
      if (partName !== undefined && partName !== name) {
        this.#diagnostics.error(
          'wrong-name',
          node.span,
          `${path} is part of ${partName}, expected a part of ${name}.`,
        );
        continue;
      }
      for (const key of ['import', 'header', 'kernel']) {
        const misplaced = get(part, key);
        if (misplaced !== undefined) {
          this.#diagnostics.error(
            'misplaced-key',
            misplaced.span,
            `${key} is in an included file, expected it in the including file.`,
          );
        }
      }
      trees.push(part);
      this.#include(part, name, trees, files);
    }
  }

  #readTree(path: string, from: Span): MapNode | undefined {
    if (this.sources.size >= limits.files) {
      this.#diagnostics.error(
        'too-many-files',
        from,
        `more than ${limits.files} files are included or imported.`,
      );
      return undefined;
    }
    const result = this.#host.read(path, this.#root);
    if ('problem' in result) {
      this.#diagnostics.error('no-file', from, `cannot read ${path}: ${result.problem}.`);
      return undefined;
    }
    this.sources.set(path, result.text);
    const key = `${path}\n${result.text}`;
    const known = this.#host.trees.get(key);
    if (known !== undefined) return known;
    const before = this.#diagnostics.count;
    const tree = parseYaml(path, result.text, this.#diagnostics);
    const checked = tree && checkShape(tree, this.#host.shape, this.#diagnostics);
    if (checked?.kind !== 'map') return undefined;
    if (this.#diagnostics.count === before) this.#host.trees.set(key, checked);
    return checked;
  }
}

function same(a: string, b: string): boolean {
  return normalize(a) === normalize(b);
}

/** The path of a file that another names relative to itself; `uapikit/NAME.yaml` is the package's own from anywhere. */
function relative(from: string, path: string): string {
  return path.startsWith('uapikit/') ? path : beside(from, path);
}
