import { constantScope } from '../../layout/constants.ts';
import { evaluate, type Scope } from '../../model/evaluate.ts';
import type { Expression, FunctionName } from '../../model/expression.ts';
import type { PathStep, PathTarget } from '../../model/path.ts';
import type { CodecContext } from '../runtime/codec.ts';
import { extract, integerOf, joinBits } from './bits-value.ts';
import { isObject, propertyOf } from './value.ts';
import type { World } from './world.ts';

/** A struct whose members are being read or written, within those around it. */
export interface Frame {
  readonly struct: string;
  /** Its members so far; of an anonymous struct, those of the struct around. */
  readonly value: object;
  /** A member that is seen with another value than it has, or before it has one. */
  readonly instead?: { readonly name: string; readonly value: unknown };
  readonly around: Frame | null;
}

/** Where a codec stands: the path of the member and the structs around it, which expressions look names up in. */
export class Site {
  readonly world: World;
  readonly context: CodecContext;
  /** The struct's name and the path of the member: `vfio_pci_hot_reset.group_fds[2]`. */
  where: string;
  #frame: Frame | null = null;
  readonly #scope: Scope = {
    lookup: (path) => this.#integer(this.#target(path)),
    call: (callee, args) => this.#call(callee, args),
  };

  constructor(world: World, where: string, context: CodecContext) {
    this.world = world;
    this.where = where;
    this.context = context;
  }

  /** Does something as the member of the place where it stands: `.name` or `[3]`. */
  within<T>(step: string, action: () => T): T {
    const before = this.where;
    this.where += step;
    const result = action();
    this.where = before;
    return result;
  }

  /** Does something inside a struct. */
  inside<T>(struct: string, value: object, action: () => T): T {
    const around = this.#frame;
    this.#frame = { struct, value, around };
    const result = action();
    this.#frame = around;
    return result;
  }

  /** Does something as if a member of the innermost struct had this value. */
  seeing<T>(name: string, value: unknown, action: () => T): T {
    const before = this.#frame;
    if (before !== null) this.#frame = { ...before, instead: { name, value } };
    const result = action();
    this.#frame = before;
    return result;
  }

  /** The value of an expression that stands in the innermost struct. */
  evaluate(expression: Expression): bigint {
    return evaluate(expression, this.#scope);
  }

  /** True where there is no condition or it holds. */
  holds(condition: Expression | null | undefined): boolean {
    return condition === null || condition === undefined || this.evaluate(condition) !== 0n;
  }

  #call(callee: FunctionName, args: readonly Expression[]): bigint | undefined {
    const [argument] = args;
    const target = argument?.kind === 'name' ? this.#target(argument.path) : undefined;
    if (callee === 'has') return this.#has(target) ? 1n : 0n;
    if (callee === 'count') return BigInt(elementsOf(this.#value(target)));
    if (callee === 'length') return this.#bytes(target);
    const { world } = this;
    const self = this.#frame?.struct ?? null;
    return constantScope(world.model, (name) => world.layout(name), self).call?.(callee, args);
  }

  #target(path: readonly string[]): PathTarget | undefined {
    return this.#frame === null ? undefined : this.world.resolve(this.#frame.struct, path);
  }

  #integer(target: PathTarget | undefined): bigint | undefined {
    switch (target?.kind) {
      case undefined:
        return undefined;
      case 'constant':
        return target.value;
      case 'environment':
        return integerOf(this.context.env?.[target.name]);
      case 'outer':
      case 'peer':
      case 'field':
        return integerAt(this.#value(target), target);
    }
  }

  /** The member that a path means; undefined where it is not there. */
  #value(target: PathTarget | undefined): unknown {
    switch (target?.kind) {
      case 'outer':
        return target.path.reduce<unknown>((value, name) => propertyOf(value, name), this.context.outer);
      case 'peer': {
        const block = this.context.peers?.[target.struct];
        return target.target?.kind === 'field' ? walk(block, target.target.steps) : block;
      }
      case 'field':
        return this.#fieldValue(target.steps);
      default:
        return undefined;
    }
  }

  /** The member at the end of a path that starts in the innermost struct which has its first step. */
  #fieldValue(steps: readonly PathStep[]): unknown {
    const [first, ...others] = steps;
    for (let frame = this.#frame; frame !== null; frame = frame.around) {
      if (frame.struct !== first?.struct) continue;
      const { instead } = frame;
      return instead?.name === first.field.name ? walk(instead.value, others) : walk(frame.value, steps);
    }
    return undefined;
  }

  #has(target: PathTarget | undefined): boolean {
    if (target?.kind === 'environment') return this.context.env?.[target.name] !== undefined;
    return this.#value(target) !== undefined;
  }

  /** Bytes of an array whose elements all take the same. */
  #bytes(target: PathTarget | undefined): bigint {
    const type = target?.kind === 'field' ? target.steps.at(-1)?.field.type : undefined;
    if (type?.kind !== 'array' && type?.kind !== 'flexible') return 0n;
    return BigInt(elementsOf(this.#value(target)) * (this.world.sizeOf(type.element) ?? 0));
  }
}

function walk(from: unknown, steps: readonly PathStep[]): unknown {
  return steps.reduce<unknown>(
    (value, { field }) => (field.name === null ? value : propertyOf(value, field.name)),
    from,
  );
}

/** The integer of a member: all of it, a range of its bits, or 1 where a flag is set. */
function integerAt(value: unknown, target: PathTarget): bigint {
  if (target.kind === 'peer') return target.target === null ? 0n : integerAt(value, target.target);
  if (target.kind !== 'field') return integerOf(value);
  const ranges = target.steps.at(-1)?.field.bits;
  const whole = ranges !== undefined && isObject(value) ? joinBits(value, ranges) : integerOf(value);
  const integer = target.bits === undefined ? whole : extract(whole, target.bits);
  if (target.flag === undefined) return integer;
  return (integer & target.flag.value) === 0n ? 0n : 1n;
}

function elementsOf(value: unknown): number {
  return Array.isArray(value) || value instanceof Uint8Array ? value.length : 0;
}
