import { ioctlsNumbered } from '../../ioctl/number-search.ts';
import type { Abi } from '../../layout/abi.ts';
import { layOut } from '../../layout/layout.ts';
import { integerNamed } from '../../layout/named-integer.ts';
import type { Kind } from '../../model/declaration.ts';
import type { Errno } from '../../model/errno.ts';
import { evaluate } from '../../model/evaluate.ts';
import type { Expression } from '../../model/expression.ts';
import type { Model } from '../../model/model.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { firstFile, OpenFiles } from '../../trace/open-files.ts';
import type { IoctlRecord, TraceHeader, TraceRecord, WriteRecord } from '../../trace/record.ts';
import { memoryOf, type UserMemory } from '../../validate/memory.ts';
import { filePrechecks } from '../../validate/prechecks.ts';
import type { Report } from '../../validate/report.ts';
import { makeValidator, type Validator } from '../../validate/validator.ts';

/** What the rules say about one call of a trace. */
export interface TraceVerdict {
  readonly seq: number;
  readonly name: string;
  /** The kernel's answer, where the payload alone decides it. */
  readonly errno: Errno | null;
  /** The first check that the payload does not pass. */
  readonly check: string | null;
}

/** What is checked in an ioctl's argument; `unknown-file`: nobody knows what it is made on. */
type Call = Validator | NumberCheck | UnknownNumber | 'without-payload' | 'unknown-file';

/** The check of an argument that is a plain number. */
interface NumberCheck {
  /** Null if the file checks something else before. */
  readonly errno: Errno | null;
  passes(value: bigint): boolean;
}

/** A number that the file does not know. */
interface UnknownNumber {
  /** Null if the file checks something else before. */
  readonly unknown: Errno | null;
}

/** Checks the calls of a trace by the rules of the schemas, each as if it was the only one. */
export class TraceJudge {
  readonly #model: Model;
  readonly #abi: Abi;
  #files = new OpenFiles();
  readonly #calls = new Map<string, Call>();
  readonly #regions: TraceHeader['arena'][];
  /** The kind of file that calls of the traced one hand out, and what is written to it. */
  readonly #file: Kind | undefined;
  readonly #written: Validator | undefined;

  constructor(model: Model, abi: Abi, header: TraceHeader) {
    this.#model = model;
    this.#abi = abi;
    this.#regions = [header.arena, header.scratch];
    this.#file = this.#fileHandedOut();
    const written = this.#file?.write;
    if (written !== undefined) this.#written = makeValidator(model, written, { abi: this.#abi });
  }

  /** Another process starts, without files. */
  startProcess(): void {
    this.#files = new OpenFiles();
  }

  /** Follows what happened between calls: processes that start and end. */
  follow(event: TraceEvent): void {
    this.#files.take(event);
  }

  /** What the rules say about a call, after the calls and events before it. */
  judge(record: TraceRecord): TraceVerdict {
    this.#files.take(record);
    switch (record.kind) {
      case 'ioctl':
        return this.#judgeIoctl(record);
      case 'read':
        return this.#judgeCount(record, this.#file?.read, record.length);
      case 'write':
        return this.#judgeWrite(record);
      default:
        return { seq: record.seq, name: record.kind, errno: null, check: null };
    }
  }

  /** Everything that the rules say about an ioctl; undefined where there is no payload or nobody knows the number. */
  report(record: IoctlRecord): Report | undefined {
    const call = this.#callOf(record);
    if (typeof call === 'string' || !('validate' in call)) return undefined;
    return call.validate(record.in, { memory: this.#memoryOf(record) });
  }

  #judgeIoctl(record: IoctlRecord): TraceVerdict {
    const { seq, name } = record;
    const call = this.#callOf(record);
    if (typeof call === 'string') return { seq, name, errno: null, check: null };
    if ('unknown' in call) return { seq, name, errno: call.unknown, check: 'known-number' };
    if ('validate' in call) {
      const { verdict } = call.validate(record.in);
      return { seq, name, errno: verdict.errno, check: verdict.check };
    }
    const passes = record.value === null || call.passes(record.value);
    return { seq, name, errno: passes ? null : call.errno, check: passes ? null : 'value' };
  }

  /** Of several records the first one decides: a call that took some of them does not fail. */
  #judgeWrite(record: WriteRecord): TraceVerdict {
    const { data } = record;
    const counted = this.#judgeCount(record, this.#file?.write, data.length);
    const size = this.#written?.plan.size ?? 0;
    if (counted.errno !== null || this.#written === undefined || data.length < size) return counted;
    if (!this.#files.areAlike) return counted;
    const { verdict } = this.#written.validate(data.subarray(0, size));
    return { ...counted, errno: verdict.errno, check: verdict.check };
  }

  /** Whether a count is a multiple of the record's size. */
  #judgeCount({ seq, kind: name }: TraceRecord, struct: string | undefined, count: number): TraceVerdict {
    // Of other files nobody knows what they gave and took.
    if (!this.#files.areAlike) return { seq, name, errno: null, check: null };
    const partial = this.#file?.partial ?? null;
    const size = struct === undefined ? null : layOut(this.#model, struct, this.#abi).size;
    const isPartial = size !== null && size > 0 && count % size !== 0 && partial !== null;
    return { seq, name, errno: isPartial ? partial : null, check: isPartial ? 'whole-records' : null };
  }

  #callOf({ process, fd, cmd }: IoctlRecord): Call {
    const kind = this.#files.kindOf(process, fd);
    if (kind == null) return 'unknown-file';
    const key = `${kind} ${cmd}`;
    let call = this.#calls.get(key);
    if (call === undefined) {
      call = this.#find(kind, cmd);
      this.#calls.set(key, call);
    }
    return call;
  }

  #find(kind: string, cmd: number): Call {
    const model = this.#model;
    const ioctl = ioctlsNumbered(model, cmd).find(({ fds }) => fds.includes(kind));
    if (ioctl === undefined) return this.#unknownNumber(kind);
    const { argument } = ioctl;
    const env = { [kind]: 1n };
    if (argument.kind === 'value' && argument.check !== undefined) {
      const first = filePrechecks({ model, abi: this.#abi, env }, [ioctl]);
      const check = this.#numberCheck(model, kind, argument.check);
      return first.length === 0 ? check : { ...check, errno: null };
    }
    if (argument.kind !== 'struct') return 'without-payload';
    const options = { abi: this.#abi, env, ioctl: ioctl.name };
    return makeValidator(model, argument.name, options) ?? 'without-payload';
  }

  /** What a file may check before it looks up a number, it checks for unknown ones too. */
  #unknownNumber(kind: string): Call {
    const found = this.#model.fds.get(kind);
    if (found === undefined) return 'unknown-file';
    return { unknown: found.preconditions.length === 0 ? 'ENOTTY' : null };
  }

  #numberCheck(
    model: Model,
    kind: string,
    { expression, errno }: { readonly expression: Expression; readonly errno: Errno },
  ): NumberCheck {
    const passes = (value: bigint): boolean => {
      const lookup = ([first = '', second = '']: readonly string[]): bigint | undefined => {
        if (first === 'value') return value;
        return first === 'env' ? (second === kind ? 1n : 0n) : integerNamed(model, first, this.#abi);
      };
      return evaluate(expression, { lookup }) !== 0n;
    };
    return { passes, errno };
  }

  /** The kind of file with records in the interface of the traced one; there is one so far. */
  #fileHandedOut(): Kind | undefined {
    const owner = this.#model.fds.get(firstFile)?.interface;
    return [...this.#model.fds.values()].find(
      ({ write, interface: own }) => write !== undefined && own === owner,
    );
  }

  #memoryOf({ buffers }: IoctlRecord): UserMemory {
    return memoryOf(
      buffers.map((buffer) => ({ address: buffer.address, bytes: buffer.in })),
      this.#regions,
    );
  }
}
