import type { CodecLookup } from '../../chain/members.ts';
import { compileSpace, type SpaceFormat } from '../../chain/space-format.ts';
import type { StructCodec } from '../../codec/runtime/codec.ts';
import { formatIoc } from '../../ioctl/number-text.ts';
import type { Abi } from '../../layout/abi.ts';
import { ioctlNumber } from '../../layout/ioctl-number.ts';
import type { Ioctl, Struct } from '../../model/declaration.ts';
import type { Model } from '../../model/model.ts';
import { CallReader } from '../../print/call-reader.ts';
import { CallText } from '../../print/call-text.ts';
import { fileKinds, firstFile } from '../../trace/open-files.ts';
import type { Catalog } from '../schemas/catalog.ts';
import { codecsFor } from '../schemas/codecs.ts';
import { missingIoctls } from '../schemas/decode-target.ts';

/** A struct that calls carry, with all that reading and writing it needs. */
export interface TracedStruct {
  readonly model: Model;
  readonly struct: Struct;
  readonly codec: StructCodec<object>;
  readonly reader: CallReader;
  readonly text: CallText;
  /** Where chains follow the struct. */
  readonly space: SpaceFormat | null;
  /** Whether the kernel may hand out file descriptors in it. */
  readonly opensFiles: boolean;
}

/** An ioctl that the schemas know. */
export interface TracedCall {
  readonly model: Model;
  readonly ioctl: Ioctl;
  /** What the argument points to; null where it is a number, or nothing. */
  readonly argument: TracedStruct | null;
}

/** What read() gives and write() takes. */
interface FileRecords {
  readonly read: TracedStruct | null;
  readonly write: TracedStruct | null;
}

/** The calls that a trace may hold: ioctls by kind of file and number, records of files that these hand out. */
export class TracedCalls {
  readonly #calls: ReadonlyMap<string, TracedCall>;
  readonly #records: ReadonlyMap<string, FileRecords>;

  readonly #catalog: Catalog;
  /** Ioctls that another release has, by number; filled when a number is not known. */
  #missing: ReadonlyMap<number, string> | undefined;

  private constructor(
    catalog: Catalog,
    calls: ReadonlyMap<string, TracedCall>,
    records: ReadonlyMap<string, FileRecords>,
  ) {
    this.#catalog = catalog;
    this.#calls = calls;
    this.#records = records;
  }

  static async load(catalog: Catalog, abi: Abi): Promise<TracedCalls> {
    const model = catalog.ofFiles(fileKinds);
    const structs = new StructTable(model, abi, await codecsFor(model, abi));
    const calls = new Map<string, TracedCall>();
    for (const ioctl of model.ioctls.values()) {
      const { argument } = ioctl;
      const struct = argument.kind === 'struct' ? structs.get(argument.name) : null;
      for (const kind of ioctl.fds)
        calls.set(callKey(kind, ioctlNumber(model, ioctl).number), { model, ioctl, argument: struct });
    }
    const owner = model.fds.get(firstFile)?.interface;
    const records = new Map<string, FileRecords>();
    for (const { name, read, write, interface: own } of model.fds.values()) {
      if (own !== owner || (read === undefined && write === undefined)) continue;
      records.set(name, {
        read: read === undefined ? null : structs.get(read),
        write: write === undefined ? null : structs.get(write),
      });
    }
    return new TracedCalls(catalog, calls, records);
  }

  /** The ioctl of a number; undefined if the file has none, or if nobody knows the file and the number has several meanings. */
  call(kind: string | null | undefined, number: number): TracedCall | undefined {
    if (kind != null) return this.#calls.get(callKey(kind, BigInt(number)));
    const meanings = [...this.#calls].flatMap(([key, call]) => (key.endsWith(` ${number}`) ? [call] : []));
    const [first] = meanings;
    return meanings.every(({ ioctl }) => ioctl.name === first?.ioctl.name) ? first : undefined;
  }

  /** How a number that the traced file does not have is shown, with the ioctl that has it in another release. */
  unknownText(number: number): string {
    this.#missing ??= missingNumbers(this.#catalog);
    const why = this.#missing.get(number);
    const text = formatIoc(number, this.#catalog.architecture ?? 'x86');
    return why === undefined ? text : `${text} /* ${why} */`;
  }

  /** The records of read() or write() on a kind of file; where the kind is not known, of the only kind that has them. */
  records(kind: string | null | undefined, way: 'read' | 'write'): TracedStruct | null {
    if (kind === null) return null;
    if (kind !== undefined) return this.#records.get(kind)?.[way] ?? null;
    const [only = null, ...others] = [...this.#records.values()].flatMap((each) => each[way] ?? []);
    return others.length === 0 ? only : null;
  }
}

function callKey(kind: string, number: bigint): string {
  return `${kind} ${number}`;
}

/** Structs of the model, each prepared once. */
class StructTable {
  readonly #model: Model;
  readonly #abi: Abi;
  readonly #codecs: CodecLookup;
  readonly #known = new Map<string, TracedStruct>();

  constructor(model: Model, abi: Abi, codecs: CodecLookup) {
    this.#model = model;
    this.#abi = abi;
    this.#codecs = codecs;
  }

  get(name: string): TracedStruct | null {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const model = this.#model;
    const codec = this.#codecs(name);
    const struct = model.structs.get(name);
    if (codec === undefined || struct === undefined) return null;
    const chained = [...model.chains.values()].some(
      ({ head }) => head.kind === 'field' && head.struct === name,
    );
    const reader = new CallReader(model, this.#abi, this.#codecs);
    const made: TracedStruct = {
      model,
      struct,
      codec,
      reader,
      text: new CallText(reader),
      space: chained ? compileSpace(model, { head: name, abi: this.#abi, codecs: this.#codecs }) : null,
      opensFiles: opensFiles(model, struct),
    };
    this.#known.set(name, made);
    return made;
  }
}

function opensFiles(model: Model, { fields }: Struct): boolean {
  return fields.some(({ fileDescriptor, direction, type }) => {
    if (fileDescriptor !== undefined && direction.out !== false) return true;
    const inner = type.kind === 'named' ? model.structs.get(type.name) : undefined;
    return inner !== undefined && opensFiles(model, inner);
  });
}

function missingNumbers(catalog: Catalog): ReadonlyMap<number, string> {
  return new Map(
    missingIoctls(catalog).map(([number, { name, reason }]) => [number, `${name} ${reason}`] as const),
  );
}
