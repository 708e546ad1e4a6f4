import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { makeOracle } from '../../src/codec/oracle/oracle.ts';
import { abis } from '../../src/layout/abi.ts';
import { CallReader } from '../../src/print/call-reader.ts';
import { CallText } from '../../src/print/call-text.ts';
import { type KnownMemory, knownMemory, unknownMemory } from '../../src/print/known-memory.ts';
import { readModel } from '../helpers/schemas.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-call-'));
const schema = join(folder, 'post.yaml');
writeFileSync(
  schema,
  `uapi: 1
name: post
handles:
  box: { doc: A box. }
enums:
  post_kind: { doc: Kinds., prefix: POST_, values: [{ name: POST_LETTER, value: 1, doc: A letter. }, { name: POST_PARCEL, value: 2, doc: A parcel. }] }
flags:
  post_flags: { doc: Flags., prefix: POST_F_, values: [{ name: POST_F_FAST, bit: 0, doc: Fast. }, { name: POST_F_PAID, bit: 1, doc: Paid. }] }
variants:
  post_data: { doc: What is sent., tags: [{ name: kind, enum: post_kind }] }
structs:
  post_letter:
    doc: A letter.
    member-of: { set: post_data, tag: POST_LETTER }
    fields: [{ name: pages, type: u32, doc: Pages. }]
  post_parcel:
    doc: A parcel.
    member-of: { set: post_data, tag: POST_PARCEL }
    fields: [{ name: grams, type: u32, doc: Weight. }, { name: contents, type: u32, format: hex, doc: Contents. }]
  post_send:
    doc: Sends.
    extensible: { size-field: size, min-through: kind }
    fields:
      - { name: size, type: u32, auto: sizeof(self), doc: Size. }
      - { name: flags, type: u32, flags: post_flags, unknown: EINVAL, doc: How. }
      - { name: kind, type: u32, enum: post_kind, unknown: EINVAL, doc: What. }
      - { name: count, type: u32, dir: inout, doc: How many. }
      - { name: stride, type: u32, doc: Size of one. }
      - { name: box, type: u32, handle: box, missing: ENOENT, dir: { in: flags.fast, out: true }, doc: Where to. }
      - { name: data, type: aligned_u64, user-ptr: { variant: { set: post_data, tag: kind }, count: count, stride: stride, access: read }, doc: The things. }
      - { name: receipt, type: aligned_u64, user-ptr: { target: bytes, count: count, access: write }, doc: Where the receipt goes. }
      - { name: out_id, type: u32, dir: out, handle: box, doc: Number. }
      - { name: reserved, type: u32, reserved: EINVAL, doc: Zero. }
      - { name: place, struct: [{ name: x, type: u16, doc: X. }, { name: y, type: u16, doc: Y. }], doc: Where. }
      - { name: name, type: "char[4]", text: ascii, doc: Name. }
`,
);
afterAll(() => rmSync(folder, { recursive: true }));
const model = readModel(schema);
const abi = abis.lp64;
const codec = makeOracle(model, 'post_send', abi);
const size = codec.minSize;
const reader = new CallReader(model, abi, (name) =>
  model.structs.has(name) ? makeOracle(model, name, abi) : undefined,
);
const text = new CallText(reader);

function side(
  value: object,
  memory: KnownMemory = unknownMemory,
): { value: object; size: number; memory: KnownMemory } {
  return { value: codec.fill(value), size, memory };
}

const letter = { flags: 1, kind: 1, count: 1, stride: 4, box: 3, data: 0x1000n };

describe('CallText', () => {
  it('writes what goes in by names, and leaves out what says nothing', () => {
    expect(text.input('post_send', side(letter))).toBe(
      '{flags=FAST, kind=LETTER, count=1, stride=4, box=3, data=0x1000, receipt=NULL, place={x=0, y=0}, name=""}',
    );
    expect(text.input('post_send', side({ ...letter, flags: 0 }))).not.toContain('box=');
    expect(text.input('post_send', side({ ...letter, flags: 0 }), { failed: true })).toContain('box=3');
    expect(text.input('post_send', side(letter), { said: 'LETTER' })).not.toContain('kind=');
    expect(text.input('post_send', side({ ...letter, reserved: 4, out_id: 9 }))).toMatch(
      /reserved=4(?!.*out_id)/,
    );
    expect(text.input('post_send', side({ flags: 7, kind: 9 }))).toMatch(
      /^\{flags=FAST\|PAID\|0x4, kind=0x9 \/\* POST_\?\?\? \*\//,
    );
    expect(text.input('post_send', side({ flags: 8 }))).toContain('flags=0x8 /* POST_F_??? */');
  });

  it('does not look at members beyond the size that was handed over', () => {
    const cut = { ...side({ ...letter, size: 16 }), size: 16 };
    expect(text.input('post_send', cut)).toBe('{size=16, flags=FAST, kind=LETTER, count=1}');
  });

  it('expands what is pointed to, one element after the other, as far as memory is known', () => {
    const bytes = Buffer.from('05000000' + '00feca00' + '07000000' + '0000aa00' + '09000000', 'hex');
    const memory = knownMemory([{ address: 0x1000n, bytes }]);
    const parcels = { ...letter, kind: 2, count: 2, stride: 8 };
    expect(text.input('post_send', side(parcels, memory))).toContain(
      'data=[{grams=5, contents=0xcafe00}, {grams=7, contents=0xaa0000}]',
    );
    expect(text.input('post_send', side({ ...parcels, count: 1000 }, memory))).toContain(
      'contents=0xaa0000}, ...]',
    );
    // An element that is shorter than its struct has only the members that were given.
    expect(text.input('post_send', side({ ...parcels, stride: 4, count: 1 }, memory))).toContain(
      'data=[{grams=5}]',
    );
    expect(text.input('post_send', side({ ...parcels, kind: 5 }, memory))).toContain(
      'data="\\x05\\x00\\x00\\x00\\x00',
    );
    expect(text.input('post_send', side({ ...parcels, data: 0x2000n }, memory))).toContain('data=0x2000,');
  });

  it('writes behind the arrow what changed, what only the call says, and what was written', () => {
    const written = { address: 0x3000n, bytes: Buffer.from('11223344', 'hex') };
    const blank = { address: 0x3000n, bytes: Buffer.from('eeeeeeee', 'hex') };
    const value = { ...letter, count: 2, receipt: 0x3000n };
    const before = side(value, knownMemory([blank]));
    const after = side({ ...value, count: 4, out_id: 8, place: { x: 0, y: 6 } }, knownMemory([written]));
    expect(text.output('post_send', before, after, true)).toBe(
      '{count=4, receipt="\\x11\\x22", out_id=8, place={y=6}}',
    );
    expect(text.output('post_send', before, before, false)).toBe('');
    expect(text.output('post_send', before, before, true)).toBe('{out_id=0}');
  });

  it('finds pointers and members with integers', () => {
    const memory = knownMemory([{ address: 0x1000n, bytes: Buffer.from('05000000', 'hex') }]);
    expect(reader.pointers('post_send', side(letter, memory))).toMatchObject([
      {
        path: 'data',
        address: 0x1000n,
        access: 'read',
        pointed: { struct: 'post_letter', complete: true, elements: [{ offset: 0, value: { pages: 5 } }] },
      },
    ]);
    const found: string[] = [];
    reader.eachInteger('post_send', side(letter).value, 'out', ({ name }) => found.push(name ?? ''));
    expect(found).toEqual(['count', 'box', 'out_id']);
  });

  it('has a line for whatever the numbers are', () => {
    const memory = knownMemory([{ address: 0n, bytes: new Uint8Array(64) }]);
    const u32 = fc.maxSafeNat().map((n) => n % 2 ** 32);
    const u64 = fc.bigInt(0n, 2n ** 64n - 1n);
    fc.assert(
      fc.property(
        fc.record({
          flags: u32,
          kind: fc.nat(4),
          count: u32,
          stride: u32,
          data: fc.oneof(u64, fc.bigInt(1n, 70n)),
          receipt: u64,
          size: u32,
        }),
        fc.nat(size + 8),
        (value, given) => {
          const one = { ...side(value, memory), size: given };
          expect(text.input('post_send', one, { failed: true })).toMatch(/^\{[^\n]*\}$/);
          expect(text.output('post_send', one, side({ ...value, count: 3 }, memory), true)).toMatch(
            /^(\{[^\n]*\})?$/,
          );
        },
      ),
    );
  });
});
