import { UsageError } from '../../base/usage-error.ts';
import type { TracedRecord } from './text.ts';
import { carriedRecords, requestName } from './text.ts';

/** Options that choose calls of a trace. */
export interface FilterOptions {
  readonly name?: readonly string[];
  readonly errno?: readonly string[];
  readonly object?: string;
  readonly seq?: string;
}

/** Decides which calls of a trace are shown. */
export class TraceFilter {
  readonly #names: readonly RegExp[] | null;
  readonly #errnos: ReadonlySet<string> | null;
  readonly #object: bigint | null;
  readonly #first: number;
  /** Whether nothing is asked for in particular. */
  readonly takesAll: boolean;
  /** The last number that is asked for. */
  readonly last: number;

  constructor({ name, errno, object, seq }: FilterOptions) {
    this.takesAll = [name, errno, object, seq].every((option) => option === undefined);
    this.#names = name === undefined ? null : words(name).map(globOf);
    this.#errnos = errno === undefined ? null : new Set(words(errno).map(errnoOf));
    if (object !== undefined && !/^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(object)) {
      throw new UsageError(`--object ${object}: expected the number of an object`);
    }
    this.#object = object === undefined ? null : BigInt(object);
    const [, first, dash, last] = /^(\d{0,15})(-?)(\d{0,15})$/.exec(seq ?? '-') ?? [];
    if (first === undefined || (dash === '' && first === '')) {
      throw new UsageError(`--seq ${seq}: expected a number or a range of numbers: 7, 100-199, 100-, -99`);
    }
    this.#first = Number(first);
    this.last = dash === '' ? Number(first) : last === '' ? Number.POSITIVE_INFINITY : Number(last);
  }

  /** Whether a call may be chosen, as far as this can be said without its argument. */
  takesSeq(seq: number): boolean {
    return seq >= this.#first && seq <= this.last;
  }

  /** Whether a call is chosen. */
  takes(traced: TracedRecord): boolean {
    const { errno } = traced.record;
    if (this.#errnos !== null && !this.#errnos.has(errno ?? '0')) {
      if (errno === null || !this.#errnos.has('ANY')) return false;
    }
    if (this.#names !== null) {
      const names = namesOf(traced);
      if (!this.#names.some((glob) => names.some((name) => glob.test(name)))) return false;
    }
    return this.#object === null || concerns(traced, this.#object);
  }
}

/** What a call is called: by the recorder and by the schema. */
function namesOf(traced: TracedRecord): readonly string[] {
  if (traced.kind === 'file') return [traced.record.kind];
  return [requestName(traced), traced.call?.ioctl.name ?? traced.record.name];
}

/** Whether a call names an object: in a handle, or in the id of a command. */
function concerns(traced: TracedRecord, object: bigint): boolean {
  let found = false;
  const look = (
    member: { readonly field: { readonly handle?: unknown; readonly name: string | null } },
    integer: bigint,
  ): void => {
    if (integer === object && (member.field.handle !== undefined || member.field.name === 'id')) found = true;
  };
  if (traced.kind === 'file') {
    const { record, carried } = traced;
    if (carried === null || record.kind === 'close' || record.kind === 'open') return false;
    for (const value of carriedRecords(record.data, carried).values) {
      carried.reader.eachInteger(carried.struct.name, value, record.kind === 'read' ? 'out' : 'in', look);
    }
    return found;
  }
  const { call, argument } = traced;
  if (call?.argument == null || argument === null) return false;
  const { reader, struct } = call.argument;
  reader.eachInteger(struct.name, argument.before.value, 'in', look);
  reader.eachInteger(struct.name, argument.after.value, 'out', look);
  return found;
}

function words(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => text.split(',')).filter((word) => word !== '');
}

/** A name in which * stands for anything. */
function globOf(text: string): RegExp {
  if (!/^[\w*]+$/.test(text))
    throw new UsageError(`--name ${text}: expected the name of a call, * for anything`);
  return new RegExp(`^${text.replace(/\*+/g, '.*')}$`, 'i');
}

function errnoOf(text: string): string {
  const name = text.toUpperCase();
  if (!/^(E[A-Z0-9]+|0|ANY)$/.test(name)) {
    throw new UsageError(`--errno ${text}: expected a name like EINVAL, 0 for success, or any`);
  }
  return name;
}
