import { describe, expect, it } from 'vitest';
import { cBackend } from '../../../codegen/c/backend.ts';
import type { Model } from '../../../src/model/model.ts';
import { bitRange, constant, field, integer, modelOf, struct } from '../builders.ts';

function header(model: Model): string {
  return cBackend.emit(model)[0]?.text ?? '';
}

describe('printRegisters', () => {
  const block = struct(
    'block',
    [
      field('a', 'le16', {
        at: integer(2),
        macro: 'A',
        doc: 'First register.',
        bits: [
          bitRange('x', 3, 1, { macro: 'A_X', doc: 'Some bits.' }),
          bitRange('y', 15, 4, { macro: 'A_Y', bits: [bitRange('z', 7, 7, { macro: 'A_Z' })] }),
        ],
      }),
      field('b', 'le32', { at: integer(4), macro: 'B' }),
    ],
    { kind: 'registers', doc: 'A block.', sizeMacro: 'BLOCK_SIZEOF' },
  );

  it('prints offsets, masks in the width of the register, and the size', () => {
    const text = header(modelOf(block));
    expect(text).toContain('/* A block. */\n');
    expect(text).toMatch(/#define A\t+0x02 \/\* le16: First register \*\/\n/);
    expect(text).toMatch(/#define {2}A_X\t+0x000e \/\* Some bits \*\/\n/);
    expect(text).toMatch(/#define {2}A_Y\t+0xfff0\n#define {3}A_Z\t+0x0080\n/);
    expect(text).toMatch(/#define BLOCK_SIZEOF\t+8 \/\* bytes \*\/\n/);
  });

  it('puts a constant beside its register', () => {
    const text = header(modelOf({ ...constant('A_EXTRA', 9n), beside: 'block.a' }, block));
    expect(text.indexOf('#define  A_EXTRA')).toBeGreaterThan(text.indexOf('A_Z'));
    expect(text.indexOf('#define  A_EXTRA')).toBeLessThan(text.indexOf('#define B'));
  });

  it('prints a macro that several registers share once', () => {
    const twin = struct('twin', [field('a', 'le16', { at: integer(2), macro: 'A' })], { kind: 'registers' });
    expect(header(modelOf(block, twin)).match(/#define A\t/g)).toHaveLength(1);
  });

  it('refuses a macro with two values', () => {
    const twin = struct('twin', [field('a', 'le16', { at: integer(6), macro: 'A' })], { kind: 'registers' });
    expect(() => header(modelOf(block, twin))).toThrow('the macro A has two values');
  });

  it('prints nothing for a block without macros', () => {
    const silent = struct('silent', [field('a', 'le16')], { kind: 'registers', doc: 'Not to be seen.' });
    expect(header(modelOf(silent))).not.toContain('Not to be seen');
  });
});
