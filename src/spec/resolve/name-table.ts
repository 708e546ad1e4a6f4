import type { Span } from '../../base/span.ts';
import { didYouMean } from '../../base/suggestion.ts';
import { evaluate } from '../../model/evaluate.ts';
import type { Expression } from '../../model/expression.ts';
import { builtins } from '../../model/path.ts';
import type { Diagnostics } from '../diagnostic.ts';
import { expressionDepth, parseExpression } from '../expression.ts';
import { limits } from '../limits.ts';
import { cNameProblem, ownNameProblem } from '../names.ts';
import { get, type SpecNode } from '../node.ts';

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

/** The C names of a schema with their values, and the work that waits until all of them are known. */
export class NameTable {
  readonly diagnostics: Diagnostics;
  /** Every C name with its place and value. */
  readonly names = new Map<string, Name>();
  readonly #evaluating = new Set<string>();
  readonly #values = new Map<string, bigint | undefined>();
  /** Names without a value for which nothing was reported: ioctls with a size, macros of registers that move. */
  readonly #valueless = new Set<string>();
  readonly #later: (() => void)[] = [];
  readonly #checks: (() => void)[] = [];
  #depth = 0;

  constructor(diagnostics: Diagnostics) {
    this.diagnostics = diagnostics;
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
    for (const work of this.#later) work();
    for (const work of this.#checks) work();
  }

  /** Checks a name that C will see. */
  checkCName(name: string, span: Span): boolean {
    return this.#checkName(name, span, cNameProblem(name), 'one that C and C++ accept');
  }

  /** Checks a name that C does not see. */
  checkOwnName(name: string, span: Span): boolean {
    return this.#checkName(name, span, ownNameProblem(name), 'letters, digits and underscores');
  }

  #checkName(name: string, span: Span, problem: string | undefined, expected: string): boolean {
    if (problem === undefined) return true;
    this.error('bad-name', span, `the name ${name.slice(0, 40)} ${problem}, expected ${expected}.`);
    return false;
  }

  /** Declares a C name; reports one that is taken. */
  declare(name: string, entry: Name): boolean {
    if (!this.checkCName(name, entry.span)) return false;
    if (builtins.has(name)) {
      this.error('duplicate-name', entry.span, `${name} is built in, expected a unique name.`);
      return false;
    }
    const old = this.names.get(name);
    if (old === undefined) {
      this.names.set(name, entry);
      return true;
    }
    if (old.shared && entry.shared) {
      this.check(() => {
        const [before, now] = [old.value?.(), entry.value?.()];
        if (before === now) return;
        this.error(
          'duplicate-name',
          entry.span,
          `${name} is ${now} here and ${before} before, expected one value.`,
        );
      });
      return true;
    }
    this.error(
      'duplicate-name',
      entry.span,
      `${name} is declared twice (as ${old.what} before), expected once.`,
    );
    return false;
  }

  /** The expression under a key, undefined where there is none. */
  expression(node: SpecNode | undefined, key: string): Expression | undefined {
    const value = get(node, key);
    return value === undefined ? undefined : parseExpression(value, this.diagnostics);
  }

  /** The value of a constant expression; undefined after reporting what is wrong. */
  constant(expression: Expression): bigint | undefined {
    const depth = expressionDepth(expression) + 1;
    if (this.#depth + depth > limits.constantDepth) {
      this.error(
        'too-deep',
        expression.span,
        `the value needs more than ${limits.constantDepth} steps, expected fewer.`,
      );
      return undefined;
    }
    this.#depth += depth;
    const value = this.#evaluate(expression);
    this.#depth -= depth;
    return value;
  }

  #evaluate(expression: Expression): bigint | undefined {
    let failed = false;
    const fail = (code: string, message: string): undefined => {
      failed = true;
      this.error(code, expression.span, message);
    };
    const value = evaluate(expression, {
      lookup: (path) => {
        const name = path.join('.');
        const found = this.lookupConstant(name);
        if (found !== undefined) return found;
        if (this.names.has(name)) {
          failed = true;
          const known = this.names.get(name)?.value !== null && !this.#valueless.has(name);
          return known ? undefined : fail('no-integer', `${name} has no value here, expected an integer.`);
        }
        const hint = this.suggest(name, this.names.keys()) || ', expected a constant, a flag or a value.';
        return fail('unknown-name', `unknown name ${name.slice(0, 80)}${hint}`);
      },
      call: (callee) =>
        fail('not-constant', `${callee} is used in a constant, expected integers and names only.`),
    });
    if (failed) return undefined;
    if ((value < 0n ? -value : value) >> BigInt(limits.constantBits) === 0n) return value;
    return fail('too-big', `the value has more than ${limits.constantBits} bits, expected fewer.`);
  }

  /** The value of a named integer. */
  lookupConstant(name: string): bigint | undefined {
    const builtin = builtins.get(name);
    if (builtin !== undefined) return builtin;
    if (this.#values.has(name)) return this.#values.get(name);
    const entry = this.names.get(name);
    if (entry?.value == null) return undefined;
    if (this.#evaluating.has(name)) {
      const trail = [...this.#evaluating, name].slice(-8).join(' -> ');
      this.error('cycle', entry.span, `the value of ${name} depends on itself: ${trail}.`);
      return undefined;
    }
    if (this.#depth >= limits.constantDepth) {
      this.error(
        'too-deep',
        entry.span,
        `the value of ${name} needs more than ${limits.constantDepth} steps, expected fewer.`,
      );
      return undefined;
    }
    this.#evaluating.add(name);
    this.#depth++;
    const before = this.diagnostics.count;
    const value = entry.value();
    if (value === undefined && this.diagnostics.count === before) this.#valueless.add(name);
    this.#depth--;
    this.#evaluating.delete(name);
    this.#values.set(name, value);
    return value;
  }

  /** `; did you mean X?`, unless so much is wrong already that suggestions would take too long. */
  suggest(name: string, known: Iterable<string>): string {
    return this.diagnostics.count < limits.suggestions ? didYouMean(name, known) : '';
  }

  /** Reports a name that is not among the known ones. */
  unknown(what: string, name: string, span: Span, known: Iterable<string>): void {
    const all = [...known];
    const expected = all.slice(0, 6).join(', ') || 'a declaration of it';
    const hint = this.suggest(name, all) || `, expected ${expected}.`;
    this.error(`unknown-${what.replaceAll(' ', '-')}`, span, `unknown ${what} ${name.slice(0, 60)}${hint}`);
  }
}
