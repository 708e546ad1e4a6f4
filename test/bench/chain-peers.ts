import { createRequire } from 'node:module';
import KaitaiCompiler from 'kaitai-struct-compiler';

/** Decodes a reply of VFIO_IOMMU_GET_INFO with its chain. */
export interface ChainPeer {
  readonly name: string;
  readonly mark: string;
  decode(bytes: Uint8Array): unknown;
}

/** The same chain in other libraries. None of them bounds the list; none can write one with pointers to what follows. */
export async function chainPeers(): Promise<readonly ChainPeer[]> {
  return [await kaitaiPeer(), restructurePeer(), binaryParserPeer()];
}

const mark = 'no lengths or problems; a loop never ends';

/** In Kaitai Struct, which follows pointers by instances. */
async function kaitaiPeer(): Promise<ChainPeer> {
  const fields = (...list: readonly (readonly [string, string])[]): object[] =>
    list.map(([id, type]) => ({ id, type }));
  const ksy = {
    meta: { id: 'reply', endian: 'le' },
    seq: fields(
      ['argsz', 'u4'],
      ['flags', 'u4'],
      ['iova_pgsizes', 'u8'],
      ['cap_offset', 'u4'],
      ['pad', 'u4'],
    ),
    instances: { first: { pos: 'cap_offset', type: 'cap', if: 'cap_offset != 0' } },
    types: {
      cap: {
        seq: [
          ...fields(['id', 'u2'], ['version', 'u2'], ['next', 'u4']),
          {
            id: 'body',
            type: { 'switch-on': 'id', cases: { 1: 'iova_range', 2: 'migration', 3: 'dma_avail' } },
          },
        ],
        instances: { following: { pos: 'next', type: 'cap', if: 'next != 0' } },
      },
      iova_range: {
        seq: [
          ...fields(['nr_iovas', 'u4'], ['reserved', 'u4']),
          { id: 'iova_ranges', type: 'pair', repeat: 'expr', 'repeat-expr': 'nr_iovas' },
        ],
      },
      pair: { seq: fields(['start', 'u8'], ['end', 'u8']) },
      migration: {
        seq: fields(
          ['flags', 'u4'],
          ['hole', 'u4'],
          ['pgsize_bitmap', 'u8'],
          ['max_dirty_bitmap_size', 'u8'],
        ),
      },
      dma_avail: { seq: fields(['avail', 'u4']) },
    },
  };
  const compiled = await KaitaiCompiler.compile('javascript', ksy, null, false);
  const [text = ''] = Object.values(compiled);
  const { KaitaiStream } = createRequire(import.meta.url)('kaitai-struct') as {
    KaitaiStream: new (buffer: ArrayBuffer) => unknown;
  };
  type Cap = { readonly following?: Cap };
  const exports: Record<string, new (stream: unknown) => { readonly first?: Cap }> = {};
  new Function('exports', 'require', 'module', text)(exports, () => KaitaiStream, { exports });
  const Reply = Object.values(exports)[0] as new (stream: unknown) => { readonly first?: Cap };
  return {
    name: 'kaitai',
    mark: `${mark}; rounds u64`,
    decode(bytes) {
      const found = new Reply(new KaitaiStream(bytes.buffer as ArrayBuffer));
      const all: Cap[] = [];
      for (let cap = found.first; cap !== undefined; cap = cap.following) all.push(cap);
      return { found, all };
    },
  };
}

/** What is used of restructure, which has no types of its own. */
interface Restructure {
  readonly uint16le: unknown;
  readonly uint32le: unknown;
  readonly Struct: new (fields: object) => { fields: object; fromBuffer(bytes: Uint8Array): unknown };
  readonly VersionedStruct: new (path: string, versions: object) => unknown;
  readonly Pointer: new (offset: unknown, type: unknown, options: object) => unknown;
  readonly Array: new (type: unknown, length: string) => unknown;
}

const restructure = (await import('restructure' as string)) as Restructure;

/** In restructure, whose pointers are followed while reading. */
function restructurePeer(): ChainPeer {
  const { uint16le, uint32le, Struct, VersionedStruct, Pointer } = restructure;
  const u64 = new Struct({ low: uint32le, high: uint32le });
  const cap = new Struct({});
  cap.fields = {
    id: uint16le,
    version: uint16le,
    next: new Pointer(uint32le, cap, { type: 'global' }),
    body: new VersionedStruct('id', {
      1: {
        nr_iovas: uint32le,
        reserved: uint32le,
        iova_ranges: new restructure.Array(new Struct({ start: u64, end: u64 }), 'nr_iovas'),
      },
      2: { flags: uint32le, hole: uint32le, pgsize_bitmap: u64, max_dirty_bitmap_size: u64 },
      3: { avail: uint32le },
    }),
  };
  const reply = new Struct({
    argsz: uint32le,
    flags: uint32le,
    iova_pgsizes: u64,
    cap_offset: new Pointer(uint32le, cap, { type: 'global' }),
    pad: uint32le,
  });
  return { name: 'restructure', mark: `${mark}; no u64`, decode: (bytes) => reply.fromBuffer(bytes) };
}

/** What is used of binary-parser beyond numbers. */
interface BinaryParser {
  endianness(order: 'little'): BinaryParser;
  useContextVars(): BinaryParser;
  namely(name: string): BinaryParser;
  uint16(name: string): BinaryParser;
  uint32(name: string): BinaryParser;
  uint64(name: string): BinaryParser;
  array(name: string, options: object): BinaryParser;
  choice(name: string, options: object): BinaryParser;
  pointer(name: string, options: object): BinaryParser;
  parse(bytes: Uint8Array): unknown;
}

const { Parser } = (await import('binary-parser' as string)) as { readonly Parser: new () => BinaryParser };

/** In binary-parser, with a pointer where one leads on. */
function binaryParserPeer(): ChainPeer {
  const little = (): BinaryParser => new Parser().endianness('little');
  const cap = little().namely('vfio_cap').useContextVars();
  const ranges = little().uint64('start').uint64('end');
  cap
    .uint16('id')
    .uint16('version')
    .uint32('next')
    .choice('body', {
      tag: 'id',
      choices: {
        1: little()
          .uint32('nr_iovas')
          .uint32('reserved')
          .array('iova_ranges', { type: ranges, length: 'nr_iovas' }),
        2: little().uint32('flags').uint32('hole').uint64('pgsize_bitmap').uint64('max_dirty_bitmap_size'),
        3: little().uint32('avail'),
      },
    })
    .choice('following', { tag: isNext, choices: { 0: little(), 1: following('$parent.next') } });
  const reply = little()
    .useContextVars()
    .uint32('argsz')
    .uint32('flags')
    .uint64('iova_pgsizes')
    .uint32('cap_offset')
    .uint32('pad')
    .choice('first', { tag: isFirst, choices: { 0: little(), 1: following('$parent.cap_offset') } });
  return { name: 'binary-parser', mark, decode: (bytes) => reply.parse(bytes) };

  function following(offset: string): BinaryParser {
    return little().pointer('cap', { offset, type: 'vfio_cap' });
  }
}

function isNext(this: { readonly next: number }): number {
  return this.next === 0 ? 0 : 1;
}

function isFirst(this: { readonly cap_offset: number }): number {
  return this.cap_offset === 0 ? 0 : 1;
}
