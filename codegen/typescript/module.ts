import type { Struct, VariantSet } from '../../src/model/declaration.ts';
import type { Interface, Model } from '../../src/model/model.ts';
import { Printer } from '../printer.ts';
import { declaredBy } from '../scope.ts';
import { type AbiFacts, type StructFacts, structsIn } from './facts.ts';
import type { TypeNames } from './names.ts';
import type { ViewChoice } from './view-choice.ts';

/** One file while it is printed: its text, and what it must import for it. */
export class Module {
  readonly printer = new Printer('  ');
  readonly model: Model;
  readonly owner: Interface;
  readonly abis: AbiFacts;
  readonly names: TypeNames;
  readonly views: ViewChoice;
  readonly endian: 'little' | 'big';
  #nested: ReadonlySet<string> | undefined;
  readonly #runtime = new Set<string>();
  readonly #runtimeTypes = new Set<string>();
  /** Imported names by the interface that exports them; names of the little-endian file under its own key. */
  readonly #imports = new Map<string, { values: Set<string>; types: Set<string> }>();

  constructor(parts: Pick<Module, 'model' | 'owner' | 'abis' | 'names' | 'views' | 'endian'>) {
    this.model = parts.model;
    this.owner = parts.owner;
    this.abis = parts.abis;
    this.names = parts.names;
    this.views = parts.views;
    this.endian = parts.endian;
  }

  /** A function or class of the runtime. */
  runtime(name: string): string {
    this.#runtime.add(name);
    return name;
  }

  /** A type of the runtime. */
  runtimeType(name: string): string {
    this.#runtimeTypes.add(name);
    return name;
  }

  /** The type of a struct's values. */
  structType(name: string): string {
    const struct = this.abis.lp64.struct(name);
    return this.type(this.names.struct(name), struct.interface);
  }

  /** A type that the little-endian file of an interface declares. */
  type(name: string, owner: string): string {
    if (owner !== this.owner.name || this.endian === 'big') this.#from(owner, 'types').add(name);
    return name;
  }

  /** A constant that the little-endian file of an interface declares. */
  value(name: string, owner: string): string {
    if (owner !== this.owner.name || this.endian === 'big') this.#from(owner, 'values').add(name);
    return name;
  }

  /** A function or class for a struct on an abi: `decode` + `IommuIoasMap`, `VfioBitmap` + `View` + `Ilp32`. */
  codecPart(struct: string, facts: StructFacts, before: string, after: string): string {
    const suffix = this.abis.suffix(facts.abi.name, struct);
    const name = `${before}${this.names.struct(struct)}${after}${suffix}`;
    const declaration = this.abis.lp64.struct(struct);
    // What does not depend on the byte order stands in the little-endian file.
    if (this.endian === 'big' && !this.abis.lp64.hasNativeOrder(struct))
      return this.value(name, declaration.interface);
    return this.exported(name, this.abis.lp64.struct(struct));
  }

  /**
   * The function that reads or writes a struct of fixed size inside another one, whose room is checked already;
   * the one with checks for structs of other interfaces.
   */
  nestedPart(struct: string, facts: StructFacts, verb: 'read' | 'write'): string {
    if (this.isNested(struct)) return this.codecPart(struct, facts, verb, '');
    return this.codecPart(struct, facts, verb === 'read' ? 'decode' : 'encode', '');
  }

  /** True for structs of this interface that others of it hold, and whose size is fixed. */
  isNested(struct: string): boolean {
    this.#nested ??= new Set(
      declaredBy(this.model.structs, this.owner.name).flatMap((each) =>
        each.fields.flatMap(({ type }) => structsIn(type)),
      ),
    );
    const declaration = this.abis.lp64.struct(struct);
    return (
      this.#nested.has(struct) &&
      declaration.interface === this.owner.name &&
      !this.abis.lp64.isDynamic(struct)
    );
  }

  /** Something that the file of a declaration with this file's byte order exports. */
  exported(name: string, declaration: Struct | VariantSet): string {
    if (declaration.interface !== this.owner.name) {
      const key = this.endian === 'big' ? `${declaration.interface}.be` : declaration.interface;
      this.#from(key, 'values').add(name);
    }
    return name;
  }

  /** Import statements, sorted. */
  imports(runtime: string, extension: string): readonly string[] {
    const lines = importLines(runtime, this.#runtime, this.#runtimeTypes);
    for (const [key, { values, types }] of [...this.#imports].sort(([a], [b]) => (a < b ? -1 : 1))) {
      lines.push(...importLines(this.#fileOf(key, extension), values, types));
    }
    return lines;
  }

  /** Where the file of an interface is imported from: beside this one, or from the package that it belongs to. */
  #fileOf(key: string, extension: string): string {
    const ofPackage = (files: readonly string[] = []): boolean => files[0]?.startsWith('uapikit/') === true;
    const imported = this.model.interfaces.get(key.replace(/\.be$/, ''));
    const outside = ofPackage(imported?.files) && !ofPackage(this.owner.files);
    return outside ? `uapikit/codecs/${key}` : `./${key}${extension}`;
  }

  #from(key: string, kind: 'values' | 'types'): Set<string> {
    let entry = this.#imports.get(key);
    if (entry === undefined) {
      entry = { values: new Set(), types: new Set() };
      this.#imports.set(key, entry);
    }
    return entry[kind];
  }
}

function importLines(from: string, values: ReadonlySet<string>, types: ReadonlySet<string>): string[] {
  const onlyTypes = values.size === 0;
  const named = [...types]
    .filter((name) => !values.has(name))
    .map((name) => ({ name, text: onlyTypes ? name : `type ${name}` }));
  const all = [...named, ...[...values].map((name) => ({ name, text: name }))].sort((a, b) =>
    compare(a.name, b.name),
  );
  if (all.length === 0) return [];
  const head = onlyTypes ? 'import type' : 'import';
  const line = `${head} { ${all.map(({ text }) => text).join(', ')} } from '${from}';`;
  return line.length <= 110
    ? [line]
    : [`${head} {`, ...all.map(({ text }) => `  ${text},`), `} from '${from}';`];
}

function compare(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x < y ? -1 : x > y ? 1 : a < b ? -1 : 1;
}
