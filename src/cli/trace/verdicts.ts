import { ioctlsNumbered } from '../../ioctl/number-search.ts';
import type { Abi } from '../../layout/abi.ts';
import { layOut } from '../../layout/layout.ts';
import { integerNamed } from '../../layout/named-integer.ts';
import type { Kind } from '../../model/declaration.ts';
import type { Errno } from '../../model/errno.ts';
import { evaluate } from '../../model/evaluate.ts';
import type { Expression } from '../../model/expression.ts';
import type { Model } from '../../model/model.ts';
import type { IoctlRecord, TraceHeader, TraceRecord, WriteRecord } from '../../trace/record.ts';
import { memoryOf, type UserMemory } from '../../validate/memory.ts';
import type { Report } from '../../validate/report.ts';
import { makeValidator, type Validator } from '../../validate/validator.ts';
import { tracedFile } from './models.ts';

/** What the rules say about one call of a trace. */
export interface TraceVerdict {
  readonly seq: number;
  readonly name: string;
  /** The kernel's answer, where the payload alone decides it. */
  readonly errno: Errno | null;
  /** The first check that the payload does not pass. */
  readonly check: string | null;
}

/** What is checked in an ioctl's argument. */
type Call = Validator | NumberCheck | 'without-payload' | 'unknown';

/** The check of an argument that is a plain number. */
interface NumberCheck {
  readonly errno: Errno;
  passes(value: bigint): boolean;
}

/** Checks the calls of a trace by the rules of the schemas, each as if it was the only one. */
export class TraceJudge {
  readonly #model: Model;
  readonly #abi: Abi;
  readonly #env = { [tracedFile]: 1n };
  readonly #calls = new Map<number, Call>();
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

  /** What the rules say about a call. */
  judge(record: TraceRecord): TraceVerdict {
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
    const call = this.#callOf(record.cmd);
    if (typeof call === 'string' || !('validate' in call)) return undefined;
    return call.validate(record.in, { memory: this.#memoryOf(record) });
  }

  #judgeIoctl(record: IoctlRecord): TraceVerdict {
    const { seq, name, cmd } = record;
    const call = this.#callOf(cmd);
    if (call === 'unknown') return { seq, name, errno: 'ENOTTY', check: 'known-number' };
    if (call === 'without-payload') return { seq, name, errno: null, check: null };
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
    const { verdict } = this.#written.validate(data.subarray(0, size));
    return { ...counted, errno: verdict.errno, check: verdict.check };
  }

  /** Whether a count is a multiple of the record's size. */
  #judgeCount({ seq, kind: name }: TraceRecord, struct: string | undefined, count: number): TraceVerdict {
    const partial = this.#file?.partial ?? null;
    const size = struct === undefined ? null : layOut(this.#model, struct, this.#abi).size;
    const isPartial = size !== null && size > 0 && count % size !== 0 && partial !== null;
    return { seq, name, errno: isPartial ? partial : null, check: isPartial ? 'whole-records' : null };
  }

  #callOf(cmd: number): Call {
    let call = this.#calls.get(cmd);
    if (call === undefined) {
      call = this.#find(cmd);
      this.#calls.set(cmd, call);
    }
    return call;
  }

  #find(cmd: number): Call {
    const model = this.#model;
    const ioctl = ioctlsNumbered(model, cmd).find(({ fds }) => fds.includes(tracedFile));
    if (ioctl === undefined) return 'unknown';
    const { argument } = ioctl;
    if (argument.kind === 'value' && argument.check !== undefined)
      return this.#numberCheck(model, argument.check);
    if (argument.kind !== 'struct') return 'without-payload';
    return makeValidator(model, argument.name, { abi: this.#abi, env: this.#env }) ?? 'without-payload';
  }

  #numberCheck(
    model: Model,
    { expression, errno }: { readonly expression: Expression; readonly errno: Errno },
  ): NumberCheck {
    const passes = (value: bigint): boolean => {
      const lookup = ([first = '', second = '']: readonly string[]): bigint | undefined => {
        if (first === 'value') return value;
        return first === 'env' ? (second === tracedFile ? 1n : 0n) : integerNamed(model, first, this.#abi);
      };
      return evaluate(expression, { lookup }) !== 0n;
    };
    return { passes, errno };
  }

  /** The kind of file with records in the interface of the traced one; there is one so far. */
  #fileHandedOut(): Kind | undefined {
    const owner = this.#model.fds.get(tracedFile)?.interface;
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
