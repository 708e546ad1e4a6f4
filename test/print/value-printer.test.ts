import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeOracle } from '../../src/codec/oracle/oracle.ts';
import { abis } from '../../src/layout/abi.ts';
import type { PrintedField } from '../../src/print/printed-field.ts';
import { plainStyle, treeLines } from '../../src/print/tree.ts';
import { printValue } from '../../src/print/value-printer.ts';
import { readModel } from '../helpers/schemas.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-print-'));
const schema = join(folder, 'lamp.yaml');
writeFileSync(
  schema,
  `uapi: 1
name: lamp
enums:
  lamp_colour: { doc: Colours., prefix: LAMP_, values: [{ name: LAMP_RED, value: 1, doc: Red. }] }
flags:
  lamp_flags: { doc: Flags., prefix: LAMP_, values: [{ name: LAMP_ON, bit: 0, doc: On. }, { name: LAMP_DIM, bit: 1, doc: Dim. }] }
structs:
  lamp:
    doc: A lamp.
    fields:
      - { name: flags, type: u16, flags: lamp_flags, doc: State. }
      - { name: colour, type: u16, enum: lamp_colour, doc: Colour. }
      - { name: memory, type: u32, unit: bytes, doc: Memory. }
      - { name: pages, type: u32, unit: 4 KB, doc: Pages. }
      - { name: power, type: u32, unit: log2(bytes), doc: Power. }
      - { name: address, type: u64, format: hex, doc: Address. }
      - { name: offset, type: u32, format: signed, doc: Offset. }
      - { name: padding, type: u32, reserved: EINVAL, doc: Nothing. }
      - { name: label, type: "char[8]", text: ascii, doc: Label. }
      - { name: id, type: "u8[16]", text: uuid, doc: Id. }
      - { name: raw, type: "u8[6]", doc: Bytes. }
      - { name: steps, type: "u16[3]", doc: Steps. }
registers:
  lamp_register:
    doc: A register.
    fields:
      - name: control
        type: le16
        doc: Control.
        access: RW
        bits:
          - { name: enable, bits: 0, doc: On. }
          - { name: speed, bits: 2:1, doc: Speed., values: [{ value: 2, name: fast }] }
          - { name: states, bits: 7:3, doc: States., within: [{ name: d0, bits: 3 }, { name: d3, bits: 7 }] }
          - { name: wait, bits: 11:8, unit: ms, doc: Wait. }
          - { name: nothing, bits: 15:12, reserved: true }
      - { name: extra, type: le32, at: 4, if: control.enable, doc: Only when on. }
    derived:
      - { name: twice, value: control.wait * 2, if: control.enable, unit: ms, doc: Twice the time. }
`,
);
afterAll(() => rmSync(folder, { recursive: true }));
const model = readModel(schema);

function printed(struct: string, hex: string): ReadonlyMap<string, PrintedField> {
  const bytes = new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  const value = makeOracle(model, struct, abis.lp64).decode(new DataView(bytes.buffer));
  const fields = printValue(model, struct, value, abis.lp64);
  return new Map(fields.flatMap((field) => [field, ...field.fields]).map((field) => [field.name, field]));
}

describe('printValue', () => {
  const lamp = printed(
    'lamp',
    '0700 0100 00001000 03000000 0c000000 0010000000000000 feffffff 00000000 6b6974000000 0000 00112233445566778899aabbccddeeff 010203040506 010002000300 00000000',
  );
  const shown = (name: string): readonly (string | undefined)[] => [
    lamp.get(name)?.text,
    lamp.get(name)?.meaning,
  ];

  it('names flags and values, and shows bits without a name', () => {
    expect(shown('flags')).toEqual(['0x0007', 'ON|DIM|0x4 (unknown)']);
    expect(shown('colour')).toEqual(['1', 'RED']);
  });

  it('writes units, and what they come to', () => {
    expect(shown('memory')).toEqual(['1048576 bytes', '1 MiB']);
    expect(shown('pages')).toEqual(['3', '12 KiB']);
    expect(shown('power')).toEqual(['12', '4 KiB']);
  });

  it('writes numbers, texts and bytes as the schema asks for', () => {
    expect(shown('address')).toEqual(['0x0000000000001000', '']);
    expect(shown('offset')).toEqual(['-2', '']);
    expect(shown('label')).toEqual(['"kit"', '']);
    expect(shown('id')).toEqual(['00112233-4455-6677-8899-aabbccddeeff', '']);
    expect(shown('raw')).toEqual(['01 02 03 04 05 06', '']);
    expect(shown('steps')).toEqual(['1, 2, 3', '']);
    expect(lamp.get('address')?.offset).toBe(16);
  });

  it('leaves reserved fields out where they are 0', () => {
    expect(lamp.has('padding')).toBe(false);
    expect(printed('lamp_register', '00f0 0000').get('nothing')).toMatchObject({
      text: '0xf',
      reserved: true,
    });
    expect(printed('lamp_register', '0000 0000').has('nothing')).toBe(false);
  });

  it('takes registers apart', () => {
    const register = printed('lamp_register', '8d03 0000 44332211');
    expect(register.get('control')).toMatchObject({ text: '0x038d', access: 'RW' });
    expect(register.get('enable')).toMatchObject({ kind: 'flag', set: true });
    expect(register.get('speed')).toMatchObject({ text: '2', meaning: 'fast' });
    expect(register.get('states')).toMatchObject({ text: '0x11', meaning: 'd0|d3' });
    expect(register.get('wait')).toMatchObject({ text: '3 ms' });
    expect(register.get('twice')).toMatchObject({ kind: 'derived', text: '6 ms' });
    expect(register.get('extra')).toMatchObject({ text: '287454020', offset: 4 });
    expect(printed('lamp_register', '0000 0000').has('extra')).toBe(false);
  });
});

describe('treeLines', () => {
  const fields = [...printed('lamp_register', '0300 0000 00000000').values()].slice(0, 1);

  it('puts what is clear in one line, unless each bit is asked for', () => {
    const lines = (detail: 'brief' | 'normal' | 'full'): string =>
      treeLines(fields, { detail, style: plainStyle, indent: 0, width: 80 }).join('\n');
    expect(lines('normal')).toMatch(/^ {2}\+ enable +On\.$/m);
    expect(lines('brief')).toMatch(/^ {2}\+ enable$/m);
    expect(lines('full')).toMatch(/\+ enable +\[RW\] On\./);
  });
});
