import type {
  Alias,
  Chain,
  Constant,
  Enumeration,
  FlagSet,
  Ioctl,
  Kind,
  Macro,
  Struct,
  VariantSet,
} from './declaration.ts';
import type { Release } from './release.ts';

/** One schema: what goes into one header. */
export interface Interface {
  readonly name: string;
  readonly doc: string;
  /** Files that it was read from, the root first. */
  readonly files: readonly string[];
  /** The release that is meant when none is asked for. */
  readonly kernel: Release | null;
  readonly header: Header;
  /** Names of the interfaces that it imports. */
  readonly imports: readonly string[];
}

/** The C header of an interface. */
export interface Header {
  /** Where it goes below the output folder, e.g. `linux/iommufd.h`. */
  readonly path: string;
  readonly guard: string;
  /** Other headers that it includes, in this order. */
  readonly includes: readonly string[];
}

/** A thing with a name in C's or the schema's own name space. */
export type AnyDeclaration =
  | Struct
  | FlagSet
  | Enumeration
  | Constant
  | Macro
  | Alias
  | Ioctl
  | Kind
  | VariantSet
  | Chain;

/**
 * Everything that a schema and its imports declare, with every name resolved and every value known.
 *
 * Plain immutable data (it survives structuredClone); things refer to each other by name, and every such name
 * is in the maps. Maps keep the order of the schema's text.
 */
export interface Model {
  /** The interface of the schema that was asked for. */
  readonly root: string;
  /** The release that it was cut down to (atRelease); null: everything that the schema has, of any release. */
  readonly release: Release | null;
  /** The architecture that it was cut down to (onArchitecture); null: everything that any has. */
  readonly architecture: string | null;
  readonly interfaces: ReadonlyMap<string, Interface>;
  readonly structs: ReadonlyMap<string, Struct>;
  readonly flags: ReadonlyMap<string, FlagSet>;
  readonly enums: ReadonlyMap<string, Enumeration>;
  readonly constants: ReadonlyMap<string, Constant>;
  readonly macros: ReadonlyMap<string, Macro>;
  readonly aliases: ReadonlyMap<string, Alias>;
  readonly ioctls: ReadonlyMap<string, Ioctl>;
  readonly handles: ReadonlyMap<string, Kind>;
  readonly fds: ReadonlyMap<string, Kind>;
  readonly variants: ReadonlyMap<string, VariantSet>;
  readonly chains: ReadonlyMap<string, Chain>;
}
