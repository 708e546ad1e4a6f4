import type { Span } from '../../base/span.ts';
import { abis } from '../../layout/abi.ts';
import { type Layout, layOut } from '../../layout/layout.ts';
import type {
  Alias, Chain, Constant, Enumeration, FlagSet, Ioctl, Kind, Macro, Struct, VariantSet,
} from '../../model/declaration.ts';
import { evaluate } from '../../model/evaluate.ts';
import type { Expression } from '../../model/expression.ts';
import type { Interface, Model } from '../../model/model.ts';
import { builtins } from '../../model/path.ts';
import type { Diagnostics } from '../diagnostic.ts';
import { parseExpression } from '../expression.ts';
import { limits } from '../limits.ts';
import { cNameProblem, ownNameProblem } from '../names.ts';
import { get, type SpecNode } from '../node.ts';
import { didYouMean } from '../suggestion.ts';
import { findSound } from './soundness.ts';

/** A name of C's ordinary name space: constant, enumerator, macro, ioctl. */
export interface Name {
  readonly span: Span;
  /** What it is, for messages. */
  readonly what: string;
  /** The value, worked out when it is asked for; undefined for what is no integer. */
  readonly value: (() => bigint | undefined) | null;
  /** Registers of several blocks may share a macro; all else is declared once. */
  readonly shared: boolean;
}

/** The model while it is being made, and what the parts of the resolver share. */
export class ResolveContext {
  readonly diagnostics: Diagnostics;
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
  /** Every C name with its place and value. */
  readonly names = new Map<string, Name>();
  /** Names of structs, unions and register blocks, known before they are resolved; also of those that failed. */
  readonly typeNames = new Map<string, Span>();
  /** Structs that can be laid out; empty while declarations are still being read. */
  #sound: ReadonlySet<string> = new Set();
  readonly #layouts = new Map<string, Layout>();
  readonly #evaluating = new Set<string>();
  readonly #values = new Map<string, bigint | undefined>();
  readonly #later: (() => void)[] = [];
  readonly #checks: (() => void)[] = [];
  readonly #files: string[] = [];

  constructor(diagnostics: Diagnostics) {
    this.diagnostics = diagnostics;
  }

  /** The position of a declaration among all, in the order of files and texts. */
  orderOf(span: Span): number {
    const known = this.#files.indexOf(span.file);
    const file = known === -1 ? this.#files.push(span.file) - 1 : known;
    return file * 2 ** 24 + span.start;
  }

  error(code: string, span: Span, message: string): void {
    this.diagnostics.error(code, span, message);
  }

  /** Runs when every name is declared: works out values, looks up what other declarations refer to. */
  later(work: () => void): void {
    this.#later.push(work);
  }

  /** Runs last, when every declaration is resolved: checks of expressions and of things taken together. */
  check(work: () => void): void {
    this.#checks.push(work);
  }

  /** Does what was put off, in the order in which it was. */
  finish(): void {
    this.#sound = findSound(this);
    for (const work of this.#later) work();
    for (const work of this.#checks) work();
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
    const { interfaces, structs, flags, enums, constants, macros, aliases, ioctls, handles, fds, variants, chains } = this;
    return { root: '', release: null, interfaces, structs, flags, enums, constants, macros, aliases, ioctls, handles, fds, variants, chains };
  }

  /** Checks a name that C will see. */
  checkCName(name: string, span: Span): boolean {
    const problem = cNameProblem(name);
    if (problem !== undefined) this.error('bad-name', span, `the name ${name.slice(0, 40)} ${problem}, expected one that C and C++ accept.`);
    return problem === undefined;
  }

  /** Checks a name that C does not see. */
  checkOwnName(name: string, span: Span): boolean {
    const problem = ownNameProblem(name);
    if (problem !== undefined) this.error('bad-name', span, `the name ${name.slice(0, 40)} ${problem}, expected letters, digits and underscores.`);
    return problem === undefined;
  }

  /** Declares a C name; reports one that is taken. */
  declare(name: string, entry: Name): boolean {
    if (!this.checkCName(name, entry.span)) return false;
    const old = this.names.get(name);
    if (old === undefined) {
      this.names.set(name, entry);
      return true;
    }
    if (old.shared && entry.shared) {
      this.check(() => {
        const [before, now] = [old.value?.(), entry.value?.()];
        if (before === now) return;
        this.error('duplicate-name', entry.span, `${name} is ${now} here and ${before} before, expected one value.`);
      });
      return true;
    }
    this.error('duplicate-name', entry.span, `${name} is declared twice (as ${old.what} before), expected once.`);
    return false;
  }

  /** The expression under a key, undefined where there is none. */
  expression(node: SpecNode | undefined, key: string): Expression | undefined {
    const value = get(node, key);
    return value === undefined ? undefined : parseExpression(value, this.diagnostics);
  }

  /** The value of a constant expression; undefined after reporting what is wrong. */
  constant(expression: Expression): bigint | undefined {
    let failed = false;
    const fail = (code: string, span: Span, message: string): undefined => {
      failed = true;
      this.error(code, span, message);
    };
    const value = evaluate(expression, {
      lookup: (path) => {
        const name = path.join('.');
        const found = this.lookupConstant(name);
        if (found !== undefined) return found;
        if (this.names.get(name)?.value === undefined || !this.names.has(name)) {
          return fail('unknown-name', expression.span, `unknown name ${name}${didYouMean(name, this.names.keys()) || ', expected a constant, a flag or a value.'}`);
        }
        return fail('no-integer', expression.span, `${name} has no value here, expected an integer.`);
      },
      call: (callee) => fail('not-constant', expression.span, `${callee} stands in a constant, expected integers and names only.`),
    });
    if (failed) return undefined;
    const magnitude = value < 0n ? -value : value;
    if (magnitude >> BigInt(limits.constantBits) !== 0n) {
      return fail('too-big', expression.span, `the value has more than ${limits.constantBits} bits.`);
    }
    return value;
  }

  /** The value of a named integer. */
  lookupConstant(name: string): bigint | undefined {
    const builtin = builtins.get(name);
    if (builtin !== undefined) return builtin;
    if (this.#values.has(name)) return this.#values.get(name);
    const entry = this.names.get(name);
    if (entry?.value == null) return undefined;
    if (this.#evaluating.has(name)) {
      this.error('cycle', entry.span, `the value of ${name} needs itself: ${[...this.#evaluating, name].join(' -> ')}.`);
      return undefined;
    }
    if (this.#evaluating.size > 200) {
      this.error('too-deep', entry.span, `the value of ${name} needs more than 200 other names.`);
      return undefined;
    }
    this.#evaluating.add(name);
    const value = entry.value();
    this.#evaluating.delete(name);
    this.#values.set(name, value);
    return value;
  }

  /** Reports a name that is not among the known ones. */
  unknown(what: string, name: string, span: Span, known: Iterable<string>): void {
    const hint = didYouMean(name, known);
    const expected = [...known].slice(0, 6).join(', ') || 'a declaration of it';
    this.error(`unknown-${what.replaceAll(' ', '-')}`, span, `unknown ${what} ${name.slice(0, 60)}${hint || `, expected ${expected}.`}`);
  }
}

/** `{ [key]: value }`, or nothing where the value is undefined; for optional properties. */
export function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
