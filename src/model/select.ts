import type { BitField } from './bits.ts';
import { collapseUnions } from './collapse.ts';
import type { Chain, Constant, Ioctl, Rule, SetValue, Struct, VariantMembership } from './declaration.ts';
import type { Expression } from './expression.ts';
import type { Field, UserPointer } from './field.ts';
import type { AnyDeclaration, Model } from './model.ts';
import { type Availability, exists, type Release } from './release.ts';
import type { SetUse } from './set-use.ts';
import type { Type } from './type.ts';

/**
 * The model with only what exists in a release: declarations, fields, bits, flags, values, rules.
 *
 * What refers to something that does not exist yet goes with it: a field of a missing type, an ioctl with a
 * missing struct, the membership of a struct whose tag is unknown; a use of a missing flag set, enum, variant
 * set or chain leaves a plain field. An anonymous union of which the release leaves one member is replaced by
 * that member, one of which it leaves none is removed. Interfaces stay as they are.
 */
export function atRelease(model: Model, release: Release): Model {
  const has: Has = ({ availability }) => exists(availability, release);
  return { ...collapseUnions(model, new Selection(model, has).model()), release };
}

/**
 * The model with only what exists on an architecture: kinds of files, and ioctls.
 *
 * @param architecture its name in the kernel's source
 */
export function onArchitecture(model: Model, architecture: string): Model {
  const has: Has = ({ architectures }) => architectures?.includes(architecture) !== false;
  return { ...collapseUnions(model, new Selection(model, has).model()), architecture };
}

/** Whether something is there. */
type Has = (thing: {
  readonly availability: Availability;
  readonly architectures?: readonly string[];
}) => boolean;

class Selection {
  readonly #model: Model;
  readonly #has: Has;
  /** Flags, values, constants and macros that are not there. */
  readonly #missingNames = new Set<string>();

  constructor(model: Model, has: Has) {
    this.#model = model;
    this.#has = has;
    for (const set of [...model.flags.values(), ...model.enums.values()]) {
      for (const value of set.values)
        if (!this.#has(set) || !this.#has(value)) this.#missingNames.add(value.name);
    }
    for (const constant of [...model.constants.values(), ...model.macros.values()]) {
      if (!this.#has(constant)) this.#missingNames.add(constant.name);
    }
  }

  model(): Model {
    const { flags, enums, constants, macros, handles, fds, variants } = this.#model;
    const values = <T extends { readonly values: readonly SetValue[] }>(set: T): T => ({
      ...set,
      values: set.values.filter((value) => this.#has(value)),
    });
    const selected = {
      ...this.#model,
      structs: this.#select(this.#model.structs, (struct) => this.#struct(struct)),
      flags: this.#select(flags, values),
      enums: this.#select(enums, values),
      constants: this.#select(constants, (constant) => this.#constant(constant)),
      macros: this.#select(macros, (macro) => macro),
      ioctls: this.#select(this.#model.ioctls, (ioctl) => this.#ioctl(ioctl)),
      handles: this.#select(handles, (kind) => kind),
      fds: this.#select(fds, (kind) => ({
        ...kind,
        preconditions: kind.preconditions.filter((each) => this.#has(each)),
      })),
      variants: this.#select(variants, (set) => ({
        ...set,
        tags: set.tags.map((tag) => this.#withSets(tag)),
      })),
      chains: this.#select(this.#model.chains, (chain) => this.#chain(chain)),
    };
    const aliases = this.#select(this.#model.aliases, (alias) => (this.#knows(alias.target) ? alias : null));
    return { ...selected, aliases };
  }

  #select<T extends AnyDeclaration>(
    all: ReadonlyMap<string, T>,
    change: (declaration: T) => T | null,
  ): ReadonlyMap<string, T> {
    const selected = new Map<string, T>();
    for (const [name, declaration] of all) {
      const changed = this.#has(declaration) ? change(declaration) : null;
      if (changed !== null) selected.set(name, changed);
    }
    return selected;
  }

  /** True where a map has the name, and what it names exists. */
  #in(all: ReadonlyMap<string, AnyDeclaration>, name: string): boolean {
    const declaration = all.get(name);
    return declaration !== undefined && this.#has(declaration);
  }

  /** True unless the name is declared somewhere and all of that is missing in the release. */
  #knows(name: string): boolean {
    const { structs, flags, enums, ioctls, macros, constants, aliases } = this.#model;
    const maps: ReadonlyMap<string, AnyDeclaration>[] = [
      structs,
      flags,
      enums,
      ioctls,
      macros,
      constants,
      aliases,
    ];
    const declared = maps.filter((all) => all.has(name));
    if (declared.length > 0) return declared.some((all) => this.#in(all, name));
    return !this.#missingNames.has(name);
  }

  #struct(struct: Struct): Struct {
    const fields = struct.fields.filter((field) => this.#has(field) && this.#typeExists(field.type));
    const gone = new Set(this.#missingFields(struct));
    for (const { name } of fields) gone.delete(name ?? '');
    const { negotiated, chain, ...rest } = struct;
    return {
      ...rest,
      fields: fields.map((field) => this.#field(field)),
      memberOf: struct.memberOf.filter((membership) => this.#memberOf(membership)),
      rules: struct.rules.flatMap((rule) => this.#rule(rule, gone)),
      ...(negotiated === undefined ? {} : { negotiated: this.#negotiated(negotiated) }),
      ...(chain === undefined || !this.#in(this.#model.chains, chain) ? {} : { chain }),
    };
  }

  /** Names of the fields that the release does not have, those of anonymous members included. */
  #missingFields(struct: Struct): string[] {
    return struct.fields.flatMap((field) => {
      const there = this.#has(field) && this.#typeExists(field.type);
      if (field.name !== null) return there ? [] : [field.name];
      const inner = field.type.kind === 'named' ? this.#model.structs.get(field.type.name) : undefined;
      if (inner === undefined) return [];
      return there ? this.#missingFields(inner) : inner.fields.flatMap(({ name }) => name ?? []);
    });
  }

  #typeExists(type: Type): boolean {
    if (type.kind === 'named') return this.#in(this.#model.structs, type.name);
    return type.kind === 'array' || type.kind === 'flexible' ? this.#typeExists(type.element) : true;
  }

  #negotiated(negotiated: NonNullable<Struct['negotiated']>): NonNullable<Struct['negotiated']> {
    const { chain, ...rest } = negotiated;
    return chain === undefined || !this.#in(this.#model.chains, chain.name) ? rest : { ...rest, chain };
  }

  #memberOf(membership: VariantMembership): boolean {
    const known = membership.tags.every((tag) => tag === null || !this.#names(tag));
    return known && this.#in(this.#model.variants, membership.set);
  }

  /** True where an expression names a value that the release does not have. */
  #names(expression: Expression): boolean {
    switch (expression.kind) {
      case 'integer':
        return false;
      case 'name':
        return expression.path.length === 1 && this.#missingNames.has(expression.path[0] ?? '');
      case 'unary':
        return this.#names(expression.operand);
      case 'binary':
        return this.#names(expression.left) || this.#names(expression.right);
      case 'conditional':
        return [expression.test, expression.then, expression.else].some((part) => this.#names(part));
      case 'call':
        return expression.args.some((argument) => this.#names(argument));
    }
  }

  /** A rule over fields keeps those that are there, and goes when none is left. */
  #rule(rule: Rule, gone: ReadonlySet<string>): Rule[] {
    if (!this.#has(rule)) return [];
    if (rule.check.kind !== 'fields') return [rule];
    const fields = rule.check.fields.filter((path) => !gone.has(path.split('.')[0] ?? path));
    return fields.length === 0 && rule.check.fields.length > 0
      ? []
      : [{ ...rule, check: { kind: 'fields', fields } }];
  }

  #field(field: Field): Field {
    const { bits, userPointer, handle, fileDescriptor, variant, chainHead, ...rest } = this.#withSets(field);
    return {
      ...rest,
      ...(bits === undefined ? {} : { bits: this.#bits(bits) }),
      ...(userPointer === undefined ? {} : { userPointer: this.#userPointer(userPointer) }),
      ...(handle === undefined
        ? {}
        : {
            handle: {
              ...handle,
              kinds: handle.kinds.filter(({ name }) => this.#in(this.#model.handles, name)),
            },
          }),
      ...(fileDescriptor === undefined || !this.#fdExists(fileDescriptor.name) ? {} : { fileDescriptor }),
      ...(variant === undefined || !this.#in(this.#model.variants, variant.set) ? {} : { variant }),
      ...(chainHead === undefined || !this.#in(this.#model.chains, chainHead) ? {} : { chainHead }),
    };
  }

  /** Without the uses of flag sets and enums that are missing. */
  #withSets<T extends { readonly flags?: SetUse; readonly enumeration?: SetUse }>(thing: T): T {
    const { flags, enumeration, ...rest } = thing;
    return {
      ...rest,
      ...(flags === undefined || !this.#in(this.#model.flags, flags.name) ? {} : { flags }),
      ...(enumeration === undefined || !this.#in(this.#model.enums, enumeration.name) ? {} : { enumeration }),
    } as T;
  }

  #bits(bits: readonly BitField[]): BitField[] {
    return bits
      .filter((field) => this.#has(field))
      .map((field) => ({ ...this.#withSets(field), bits: this.#bits(field.bits) }));
  }

  #userPointer(pointer: UserPointer): UserPointer {
    const { target } = pointer;
    const missing =
      (target.kind === 'variant' && !this.#in(this.#model.variants, target.use.set)) ||
      (target.kind === 'type' && !this.#typeExists(target.type));
    return missing ? { ...pointer, target: { kind: 'bytes' } } : pointer;
  }

  #fdExists(name: string): boolean {
    return name === 'any' || this.#in(this.#model.fds, name);
  }

  #constant(constant: Constant): Constant {
    const { beside } = constant;
    const owner = beside === null ? undefined : this.#model.structs.get(beside.split('.')[0] ?? '');
    return owner !== undefined && !this.#has(owner) ? { ...constant, beside: null } : constant;
  }

  #ioctl(ioctl: Ioctl): Ioctl | null {
    const { argument } = ioctl;
    const fds = ioctl.fds.filter((fd) => this.#fdExists(fd));
    if (fds.length === 0 && ioctl.fds.length > 0) return null;
    if (argument.kind === 'struct' && !this.#in(this.#model.structs, argument.name)) return null;
    return { ...ioctl, fds, argument: argument.kind === 'value' ? this.#withSets(argument) : argument };
  }

  #chain(chain: Chain): Chain | null {
    const { structs, variants, chains } = this.#model;
    const { head, requires, ...rest } = chain;
    if (head.kind === 'field' && !this.#in(structs, head.struct)) return null;
    if (!this.#in(structs, chain.header) || !this.#in(variants, chain.elements)) return null;
    const kept = requires === undefined || !this.#in(chains, requires.chain) ? {} : { requires };
    return { ...rest, head, ...kept };
  }
}
