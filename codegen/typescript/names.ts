import type { Model } from '../../src/model/model.ts';

/** Words that cannot name a local variable, and the globals that generated functions use. */
const taken: ReadonlySet<string> = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
  finally for function if implements import in instanceof interface let new null package private protected public return
  static super switch this throw true try typeof undefined var void while with yield
  Array BigInt DataView Error Math Number Object Uint8Array NaN Infinity i at item error`.split(/\s+/),
);

/** A kernel name as the name of a type: `iommu_ioas_map` becomes `IommuIoasMap`, `a::b` becomes `AB`. */
export function pascalCase(name: string): string {
  // Members without a name of their own are numbered, which tells a reader nothing.
  const parts = name.split('::').filter((part, i) => i === 0 || !/^\d+$/.test(part));
  const words = parts.flatMap((part) => part.split(/_+/)).filter((word) => word !== '');
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Z]/.test(joined) ? joined : `T${joined}`;
}

/** Names of the types that a model's structs and packed registers become, each used once. */
export class TypeNames {
  readonly #byKey = new Map<string, string>();
  readonly #used = new Set<string>();

  constructor(model: Model) {
    for (const struct of model.structs.values()) if (!struct.inline) this.#add(struct.name, struct.name);
    for (const struct of model.structs.values()) {
      if (struct.inline) this.#add(struct.name, struct.name);
      for (const field of struct.fields) {
        if (field.bits !== undefined)
          this.#add(`${struct.name}.${field.name}`, `${struct.name}::${field.name}`);
      }
    }
    for (const set of model.variants.values()) this.#add(`variant ${set.name}`, `${set.name}_variant`);
    for (const chain of model.chains.values()) this.#add(`chain ${chain.name}`, chain.name);
    for (const set of new Set([...model.chains.values()].map(({ elements }) => elements))) {
      this.#add(`element ${set}`, `${set}_element`);
      this.#add(`input ${set}`, `${set}_element_input`);
    }
  }

  struct(name: string): string {
    return this.#get(name);
  }

  bits(struct: string, field: string): string {
    return this.#get(`${struct}.${field}`);
  }

  variant(set: string): string {
    return this.#get(`variant ${set}`);
  }

  chain(name: string): string {
    return this.#get(`chain ${name}`);
  }

  /** The type of the elements of chains with a set. */
  element(set: string): string {
    return this.#get(`element ${set}`);
  }

  /** The type of what encoders take for them. */
  elementInput(set: string): string {
    return this.#get(`input ${set}`);
  }

  #add(key: string, name: string): void {
    const plain = pascalCase(name);
    let unique = plain;
    for (let i = 2; this.#used.has(unique); i++) unique = `${plain}${i}`;
    this.#used.add(unique);
    this.#byKey.set(key, unique);
  }

  #get(key: string): string {
    return this.#byKey.get(key) ?? pascalCase(key);
  }
}

/** Names of the local variables of one function. */
export class LocalNames {
  readonly #used: Set<string>;

  /** @param others names that the function's code uses already */
  constructor(others: Iterable<string>) {
    this.#used = new Set(others);
  }

  /** A free variable name like the wanted one. */
  uniqueName(wanted: string): string {
    let name = wanted;
    while (taken.has(name) || this.#used.has(name) || /^(decode|encode|measure)[A-Z]/.test(name)) name += '_';
    this.#used.add(name);
    return name;
  }
}

/** How a member is declared in an object literal, interface or class. */
export function propertyName(name: string): string {
  return name === '__proto__' || name === 'constructor' ? `['${name}']` : name;
}

/** How a member is read from an object. */
export function memberOf(object: string, name: string): string {
  return name === '__proto__' ? `${object}['${name}']` : `${object}.${name}`;
}

/** Names of the runtime, which no variable may hide. */
export const runtimeNames: readonly string[] =
  `alignUp divide larger log2 popcount remainder shiftLeft shiftRight smaller checkBits checkSignedBits
  checkWideBits checkObject checkPointer32 checkS8 checkS16 checkS32 checkS64 checkU8 checkU16 checkU32 checkU64 unlike defaults rawVariant encodeRaw onEveryAbi checkBytes claim measureByEncoding readBytes readUnit UnionBytes writeBytes writeUnit zeroFill textBytes fixedCodec structCodec
  envValue hasOuter hasPeer outerValue peerValue DecodeError EncodeError badCount badOffset cannotStart countMismatch inside noRoom
  notInteger tooShort unexpectedField unionConflict wrongType value view offset end limit context filled next`.split(
    /\s+/,
  );
