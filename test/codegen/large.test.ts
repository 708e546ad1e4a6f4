import { describe, expect, it } from 'vitest';
import { backends } from '../../codegen/registry.ts';
import { readText } from '../spec/hosts.ts';

/** A schema with the largest array of a type that there may be. */
function schemaOf(type: string): string {
  return [
    'uapi: 1',
    'name: large',
    'registers: { block: { fields: [{ name: r, type: le32 }] } }',
    'structs:',
    '  pair: { fields: [{ name: x, type: u32 }, { name: y, type: u8 }] }',
    `  large: { fields: [{ name: a, type: u8 }, { name: all, type: "${type}" }, { name: z, type: u8 }] }`,
    'ioctls: { LARGE: { type: 1, nr: 1, arg: large } }',
  ].join('\n');
}

describe('an array of a million elements', () => {
  it.each([
    'u64[1048576]',
    'u8[1048576]',
    'char[1024][1024]',
    'be16[1048576]',
    'pair[1048576]',
    'block[1048576]',
    'u32*[1048576]',
  ])('costs no back-end more than a short one: %s', (type) => {
    const { model } = readText(schemaOf(type));
    for (const backend of backends) {
      const length = backend
        .emit(model ?? expect.unreachable())
        .reduce((sum, { text }) => sum + text.length, 0);
      expect(length, backend.name).toBeGreaterThan(100);
      expect(length, backend.name).toBeLessThan(40_000);
    }
  });
});
