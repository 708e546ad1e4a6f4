import { bytesOfHex } from '../base/hex.ts';
import { jsonExcerpt } from '../base/json-excerpt.ts';
import type { TraceBuffer, TraceMemory } from './record.ts';

/** A line that is no line of a trace. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  /** Line of the file, counted from 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}

/** The members of one line, each checked when it is asked for. */
export class Fields {
  readonly #members: { readonly [name: string]: unknown };
  readonly #line: number;

  /** @throws TraceError for what is no JSON object */
  constructor(text: string, line: number) {
    this.#line = line;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new TraceError(line, `not JSON: ${jsonExcerpt(text, 60)}`);
    }
    if (!isObject(value)) throw new TraceError(line, 'not a JSON object');
    this.#members = value;
  }

  has(name: string): boolean {
    return this.#members[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#members[name];
    if (typeof value !== 'string') throw this.#wrong(name, value, 'a string');
    return value;
  }

  number(name: string): number {
    const value = this.#members[name];
    if (!Number.isSafeInteger(value)) throw this.#wrong(name, value, 'an integer');
    return value as number;
  }

  /** False where it is missing. */
  flag(name: string): boolean {
    const value = this.#members[name];
    if (value !== undefined && typeof value !== 'boolean') throw this.#wrong(name, value, 'true or false');
    return value === true;
  }

  /** A number, or a string like "0x10" where a number is too small for it. */
  integer(name: string, value = this.#members[name]): bigint {
    if (Number.isSafeInteger(value)) return BigInt(value as number);
    if (typeof value !== 'string' || !/^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(value)) {
      throw this.#wrong(name, value, 'an integer like "0x1000"');
    }
    return BigInt(value);
  }

  bytes(name: string, value = this.#members[name]): Uint8Array {
    const bytes = typeof value === 'string' ? bytesOfHex(value) : null;
    if (bytes === null) throw this.#wrong(name, value, 'hex digits, two for each byte');
    return bytes;
  }

  memory(name: string): TraceMemory {
    const pair = this.#members[name];
    if (!Array.isArray(pair) || pair.length !== 2) throw this.#wrong(name, pair, '[start, length]');
    return { start: this.integer(name, pair[0]), length: this.integer(name, pair[1]) };
  }

  ignored(): readonly (readonly [number, number])[] {
    const list = this.#members['ignore'];
    if (list === undefined) return [];
    const good = Array.isArray(list) && list.every((pair) => Array.isArray(pair) && pair.length === 2);
    if (!good || !list.flat().every((n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0)) {
      throw this.#wrong('ignore', list, 'a list of [offset, length]');
    }
    return list as readonly (readonly [number, number])[];
  }

  buffers(): readonly TraceBuffer[] {
    const list = this.#members['bufs'];
    if (list === undefined) return [];
    if (!Array.isArray(list) || !list.every(isObject))
      throw this.#wrong('bufs', list, 'a list of {addr, in, out}');
    return list.map((buffer) => ({
      address: this.integer('bufs.addr', buffer['addr']),
      in: this.bytes('bufs.in', buffer['in']),
      out: this.bytes('bufs.out', buffer['out']),
    }));
  }

  #wrong(name: string, value: unknown, expected: string): TraceError {
    if (value === undefined) return new TraceError(this.#line, `"${name}" is missing, expected ${expected}`);
    return new TraceError(this.#line, `"${name}" is ${jsonExcerpt(value)}, expected ${expected}`);
  }
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
