import { describe, expect, it } from 'vitest';
import { jsonBackend } from '../../../codegen/json/backend.ts';
import { traps } from '../c/traps.ts';

interface StructJson {
  readonly fields: { readonly type: string }[];
  readonly layouts: Record<string, { readonly size: number }>;
}

interface Document {
  readonly format: string;
  readonly release: string;
  readonly structs: { readonly trap_differs: StructJson; readonly trap_flexible: StructJson };
  readonly constants: { readonly TRAP_SUM: { readonly value: object } };
  readonly ioctls: { readonly TRAP_NONE: { readonly number: string } };
}

describe('jsonBackend', () => {
  const [file] = jsonBackend.emit(traps);
  const document = JSON.parse(file?.text ?? '') as Document;

  it('writes one document for an interface', () => {
    expect(file?.path).toBe('test.json');
    expect(document.format).toBe('uapikit-model');
    expect(document.release).toBe('6.12.117');
  });

  it('has the layouts of each abi', () => {
    const layouts = document.structs.trap_differs.layouts;
    expect(Object.entries(layouts).map(([abi, { size }]) => [abi, size])).toEqual([
      ['lp64', 40],
      ['ilp32', 32],
      ['i386', 24],
    ]);
  });

  it('writes types and expressions as schemas do, and integers as 0x... strings', () => {
    expect(document.structs.trap_flexible.fields.map(({ type }) => type)).toEqual(['u32', 'u64[]']);
    expect(document.constants.TRAP_SUM.value).toEqual({
      kind: 'integer',
      value: '0x7',
      expression: 'TRAP_COUNT + 3',
    });
    expect(document.ioctls.TRAP_NONE.number).toBe('0x3b01');
  });

  it('tells nothing about places in the schema', () => {
    expect(file?.text).not.toMatch(/"(span|order|files)":/);
  });
});
