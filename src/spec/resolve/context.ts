import type { Span } from '../../base/span.ts';
import { abis } from '../../layout/abi.ts';
import { type Layout, layOut } from '../../layout/layout.ts';
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
} from '../../model/declaration.ts';
import type { Interface, Model } from '../../model/model.ts';
import { NameTable } from './name-table.ts';
import { findSound } from './soundness.ts';

/** The model while it is being made, and what the parts of the resolver share. */
export class ResolveContext extends NameTable {
  readonly interfaces = new Map<string, Interface>();
  readonly structs = new Map<string, Struct>();
  readonly flags = new Map<string, FlagSet>();
  readonly enums = new Map<string, Enumeration>();
  readonly constants = new Map<string, Constant>();
  readonly macros = new Map<string, Macro>();
  readonly aliases = new Map<string, Alias>();
  readonly ioctls = new Map<string, Ioctl>();
  readonly handles = new Map<string, Kind>();
  readonly fds = new Map<string, Kind>();
  readonly variants = new Map<string, VariantSet>();
  readonly chains = new Map<string, Chain>();
  /** Names of structs, unions and register blocks, known before they are resolved; also of those that failed. */
  readonly typeNames = new Map<string, Span>();
  /** Structs that can be laid out; empty while declarations are still being read. */
  #sound: ReadonlySet<string> = new Set();
  readonly #layouts = new Map<string, Layout>();
  readonly #files: string[] = [];

  /** The position of a declaration among all, in the order of files and texts. */
  orderOf(span: Span): number {
    const known = this.#files.indexOf(span.file);
    const file = known === -1 ? this.#files.push(span.file) - 1 : known;
    return file * 2 ** 24 + span.start;
  }

  override finish(): void {
    this.#sound = findSound(this);
    super.finish();
  }

  /** The layout of a struct on lp64; undefined where it has none, or while declarations are still being read. */
  layout(name: string): Layout | undefined {
    if (!this.#sound.has(name)) return undefined;
    const layout = this.#layouts.get(name) ?? layOut(this.model(), name, abis.lp64);
    this.#layouts.set(name, layout);
    return layout;
  }

  /** What is resolved so far. */
  model(): Model {
    const {
      interfaces,
      structs,
      flags,
      enums,
      constants,
      macros,
      aliases,
      ioctls,
      handles,
      fds,
      variants,
      chains,
    } = this;
    const declared = {
      structs,
      flags,
      enums,
      constants,
      macros,
      aliases,
      ioctls,
      handles,
      fds,
      variants,
      chains,
    };
    return { root: '', release: null, architecture: null, interfaces, ...declared };
  }
}

/** A number of bytes as a constant; undefined where an expression led to none that could be. */
export function byteCount(bytes: number): bigint | undefined {
  return Number.isSafeInteger(bytes) ? BigInt(bytes) : undefined;
}

/** `{ [key]: value }`, or nothing where the value is undefined; for optional properties. */
export function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
