import { createRequire } from 'node:module';
import { Parser } from 'binary-parser';
import KaitaiCompiler from 'kaitai-struct-compiler';
import protobuf from 'protobufjs';
import * as restructure from 'restructure';
import { View } from 'structurae';
import bin, { BufferReader, BufferWriter } from 'typed-binary';

/** A struct as the peers are told of it: fields in order; `ranges` is an array of {start, end} u64 pairs. */
export interface PeerStruct {
  readonly name: string;
  readonly size: number;
  readonly fields: readonly (readonly [name: string, type: 'u16' | 'u32' | 'u64'])[];
  /** An array of pairs of u64 behind the fields: its name, the field with its count, its number in the sample. */
  readonly ranges?: { readonly name: string; readonly count: string; readonly length: number };
}

/** What a peer can do with a struct at the start of a buffer. */
export interface Peer {
  readonly name: string;
  /** What makes it not comparable in full. */
  readonly mark: string;
  decode?(buffer: ArrayBuffer): unknown;
  encode?(value: Record<string, unknown>, buffer: ArrayBuffer): void;
}

/** Every peer for one struct. `value` is the sample in the form of our own codec, flat. */
export async function peersFor(
  struct: PeerStruct,
  value: Readonly<Record<string, unknown>>,
): Promise<readonly Peer[]> {
  return [
    typedBinary(struct),
    binaryParser(struct),
    restructurePeer(struct),
    structurae(struct),
    await kaitai(struct),
    protobufPeer(struct, value),
  ];
}

function typedBinary({ fields, ranges }: PeerStruct): Peer {
  const half = bin.object({ low: bin.u32, high: bin.u32 });
  const types = { u16: bin.u16, u32: bin.u32, u64: half };
  const members: Record<string, unknown> = Object.fromEntries(
    fields.map(([name, type]) => [name, types[type]]),
  );
  if (ranges !== undefined)
    members[ranges.name] = bin.arrayOf(bin.object({ start: half, end: half }), ranges.length);
  const schema = bin.object(members as never) as unknown as {
    read(input: BufferReader): unknown;
    write(output: BufferWriter, value: unknown): void;
  };
  const split = splitOnce();
  return {
    name: 'typed-binary',
    mark: 'no u64: two u32',
    decode: (buffer) => schema.read(new BufferReader(buffer, { endianness: 'little' })),
    encode(value, buffer) {
      schema.write(new BufferWriter(buffer, { endianness: 'little' }), split(value));
    },
  };
}

/** Splits each value when it is first seen, so that splitting is not part of the measured time. */
function splitOnce(): (value: object) => unknown {
  const seen = new WeakMap<object, unknown>();
  return (value) => {
    if (!seen.has(value)) seen.set(value, splitWords(value));
    return seen.get(value);
  };
}

/** A value with each bigint as two halves, for peers that know no u64. */
function splitWords(value: unknown): unknown {
  if (typeof value === 'bigint') return { low: Number(value & 0xffff_ffffn), high: Number(value >> 32n) };
  if (Array.isArray(value)) return value.map(splitWords);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, splitWords(member)]));
}

function binaryParser({ fields, ranges }: PeerStruct): Peer {
  const parser = new Parser().endianness('little');
  for (const [name, type] of fields) {
    if (type === 'u16') parser.uint16(name);
    else if (type === 'u32') parser.uint32(name);
    else parser.uint64(name);
  }
  if (ranges !== undefined) {
    parser.array(ranges.name, {
      type: new Parser().endianness('little').uint64('start').uint64('end'),
      length: ranges.count,
    });
  }
  return {
    name: 'binary-parser',
    mark: 'decodes only',
    decode: (buffer) => parser.parse(new Uint8Array(buffer)),
  };
}

function restructurePeer({ fields, ranges }: PeerStruct): Peer {
  const half = new restructure.Struct({ low: restructure.uint32le, high: restructure.uint32le });
  const types = { u16: restructure.uint16le, u32: restructure.uint32le, u64: half };
  const members: Record<string, unknown> = Object.fromEntries(
    fields.map(([name, type]) => [name, types[type]]),
  );
  if (ranges !== undefined)
    members[ranges.name] = new restructure.Array(
      new restructure.Struct({ start: half, end: half }),
      ranges.count,
    );
  const struct = new restructure.Struct(members);
  const split = splitOnce();
  return {
    name: 'restructure',
    mark: 'no u64: two u32',
    decode: (buffer) => struct.fromBuffer(new Uint8Array(buffer)),
    encode(value, buffer) {
      struct.encode(new restructure.EncodeStream(new Uint8Array(buffer)), split(value));
    },
  };
}

function structurae({ name, fields, ranges }: PeerStruct): Peer {
  const types = { u16: 'uint16', u32: 'uint32', u64: 'biguint64' };
  const number = (btype: string): object => ({ type: 'number', btype });
  const properties: Record<string, object> = Object.fromEntries(
    fields.map(([field, type]) => [field, number(types[type])]),
  );
  if (ranges !== undefined) {
    const range = {
      $id: `${name}_range`,
      type: 'object',
      properties: { start: number('biguint64'), end: number('biguint64') },
    };
    properties[ranges.name] = { type: 'array', items: range, maxItems: ranges.length };
  }
  const Struct = new View().create({ $id: name, type: 'object', properties } as never) as unknown as {
    decode(view: DataView): unknown;
    encode(value: unknown, view: DataView): void;
  };
  return {
    name: 'structurae',
    mark: 'no range checks',
    decode: (buffer) => Struct.decode(new DataView(buffer)),
    encode: (value, buffer) => Struct.encode(value, new DataView(buffer)),
  };
}

async function kaitai({ name, fields, ranges }: PeerStruct): Promise<Peer> {
  const types = { u16: 'u2', u32: 'u4', u64: 'u8' };
  const seq: object[] = fields.map(([id, type]) => ({ id: id.replace(/^_+/, 'x_'), type: types[type] }));
  if (ranges !== undefined)
    seq.push({ id: ranges.name, type: 'pair', repeat: 'expr', 'repeat-expr': ranges.count });
  const pair = {
    seq: [
      { id: 'start', type: 'u8' },
      { id: 'end', type: 'u8' },
    ],
  };
  const ksy = { meta: { id: name, endian: 'le' }, seq, types: ranges === undefined ? {} : { pair } };
  const compiled = await KaitaiCompiler.compile('javascript', ksy, null, false);
  const [text = ''] = Object.values(compiled);
  const { KaitaiStream } = createRequire(import.meta.url)('kaitai-struct') as {
    KaitaiStream: new (buffer: ArrayBuffer) => unknown;
  };
  const exports: Record<string, new (stream: unknown) => unknown> = {};
  new Function('exports', 'require', 'module', text)(exports, () => KaitaiStream, { exports });
  const [Struct] = Object.values(exports);
  return {
    name: 'kaitai',
    mark: 'decodes only; rounds u64 to a double',
    decode: (buffer) => new (Struct as new (stream: unknown) => unknown)(new KaitaiStream(buffer)),
  };
}

function protobufPeer({ name, fields, ranges }: PeerStruct, value: Readonly<Record<string, unknown>>): Peer {
  const types = { u16: 'uint32', u32: 'uint32', u64: 'fixed64' };
  const members = Object.fromEntries(
    fields.map(([field, type], i) => [field, { id: i + 1, type: types[type] }]),
  );
  const pair = { fields: { start: { id: 1, type: 'fixed64' }, end: { id: 2, type: 'fixed64' } } };
  const array =
    ranges === undefined ? {} : { [ranges.name]: { id: fields.length + 1, rule: 'repeated', type: 'Pair' } };
  const root = protobuf.Root.fromJSON({
    nested: { Pair: pair, [name]: { fields: { ...members, ...array } } },
  });
  const type = root.lookupType(name);
  const message = type.fromObject(withStrings(value) as Record<string, unknown>);
  const bytes = type.encode(message).finish();
  return {
    name: 'protobufjs',
    mark: 'another wire format; u64 as two halves',
    decode: () => type.decode(bytes),
    encode: () => void type.encode(message).finish(),
  };
}

function withStrings(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(withStrings);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withStrings(member)]));
}
