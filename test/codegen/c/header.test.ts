import { describe, expect, it } from 'vitest';
import { cBackend } from '../../../codegen/c/backend.ts';
import type { Model } from '../../../src/model/model.ts';
import { field, flexible, ioctl, modelOf, named, struct } from '../builders.ts';
import { compile, compileHeader, compilers, describeCompiler } from './compile.ts';
import { traps } from './traps.ts';

function header(model: Model): string {
  const [file] = cBackend.emit(model);
  return file?.text ?? '';
}

const present = compilers();

describe('cBackend', () => {
  it('writes the path that the schema names', () => {
    expect(cBackend.emit(traps).map(({ path }) => path)).toEqual(['linux/test.h']);
  });

  it('gives the same text for the same model', () => {
    expect(header(traps)).toBe(header(structuredClone(traps)));
  });

  it('begins with the licence and a guard, and ends with a line break', () => {
    const text = header(traps);
    const [first] = text.split('\n');
    expect(first).toBe('/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note OR Apache-2.0 */');
    expect(text).toContain('#ifndef _UAPI_LINUX_TEST_H\n#define _UAPI_LINUX_TEST_H\n');
    expect(text.endsWith('#endif /* _UAPI_LINUX_TEST_H */\n')).toBe(true);
  });

  it('has neither C++ comments nor trailing spaces', () => {
    expect(header(traps)).not.toMatch(/(^|[^:])\/\//m);
    expect(header(traps)).not.toMatch(/[ \t]$/m);
  });

  it.each(present.map((compiler) => [describeCompiler(compiler), compiler] as const))(
    'is clean, twice included, for %s',
    (_, compiler) => {
      const text = header(traps);
      expect(compile(`${text}\n${text}\nint main(void) { return 0; }\n`, compiler).diagnostics).toBe('');
    },
  );

  it('names tagged members alike in C and C++', () => {
    const use = `${header(traps)}\nint main(void) { struct trap_tag t = { 1, 2 }; return t.x - 1; }\n`;
    for (const compiler of present) expect(compile(use, compiler).diagnostics).toBe('');
  });

  it('repeats values in C that are those of the model', () => {
    const checks = [
      'TRAP_COUNT == 4',
      'TRAP_NEGATIVE == -1',
      'TRAP_SUM * 2 == 14',
      'TRAP_DECIMAL == 0xffffffffU',
      'TRAP_WIDE == 0x100000000ULL',
      'TRAP_IN_ENUM == 3',
      'TRAP_LOW(0x1ff & 0x1f1) == 0xf1',
      'TRAP_PAIR(1, 2) == 0x102',
      'TRAP_FLAG_FIRST == 1',
      'TRAP_FLAG_TOP == 0x80000000U',
      'TRAP_FLAG_WIDE == 0x10000000000ULL',
      'TRAP_ENUM_NEXT == 5',
      'TRAP_ENUM_ALL == 0xffffffffU',
      'TRAP_CONTROL == 2',
      'TRAP_CONTROL_ENABLE == 1',
      'TRAP_CONTROL_SPEED == 0xf0',
      'TRAP_CONTROL_SPEED_SHIFT == 4',
      'TRAP_SPEED_FAST == 0x20',
      'TRAP_SPEED_SLOW == 1',
      'TRAP_HIGH_HALF == 0xffffffff00000000ULL',
      'TRAP_SIZEOF == 16',
      'TRAP_BESIDE == 9',
      'TRAP_NONE == 0x3b01',
      'TRAP_OLD_READ == TRAP_READ',
      'sizeof(TRAP_TEXT) == 21',
    ];
    const asserts = checks.map((check) => `_Static_assert(${check}, "");`).join('\n');
    const text = `${header(traps)}\n${asserts}\nint main(void) { return 0; }\n`;
    for (const compiler of present.filter(
      ({ standard }) => standard.endsWith('11') && !standard.includes('+'),
    )) {
      expect(compile(text, compiler).diagnostics).toBe('');
    }
  });

  it('asserts sizes and offsets: a wrong number does not compile', () => {
    const right = header(traps);
    const wrong = right.replace('SIZE(struct trap_packed, 11)', 'SIZE(struct trap_packed, 12)');
    expect(wrong).not.toBe(right);
    for (const compiler of present) {
      const checks = !['c90', 'c99', 'c++98'].includes(compiler.standard);
      const { diagnostics } = compile(`${wrong}\nint main(void) { return 0; }\n`, compiler);
      expect(diagnostics !== '', describeCompiler(compiler)).toBe(checks);
    }
  });

  it('asserts one number where the abis agree and picks one where they differ', () => {
    const text = header(traps);
    expect(text).toContain('_SIZE(struct trap_packed, 11);');
    expect(text).toContain('_OFFSET(struct trap_differs, wide, _UAPI_LINUX_TEST_H_ABI(8, 4, 8));');
    expect(text).toContain('_SIZE(struct trap_differs, _UAPI_LINUX_TEST_H_ABI(40, 24, 32));');
  });

  it('puts a struct behind those that it embeds', () => {
    const text = header(traps);
    expect(text.indexOf('struct trap_flexible {')).toBeLessThan(text.indexOf('struct trap_embeds {'));
  });

  it('puts an ioctl behind its argument and others at the end', () => {
    const text = header(
      modelOf(
        ioctl('FIRST', 1),
        ioctl('SECOND', 2, { argument: { kind: 'struct', name: 'a' } }),
        struct('a', [field('x', 'u32')]),
        struct('b', [field('x', 'u32')]),
      ),
    );
    const places = ['struct a {', '#define SECOND', 'struct b {', '#define FIRST'].map((part) =>
      text.indexOf(part),
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it('includes the header of an interface whose struct it embeds', () => {
    const model = modelOf(struct('b', [field('a', named('a'))]));
    const other = { ...struct('a', [field('x', 'u32')]), interface: 'other' };
    const owner = model.interfaces.get('test');
    if (owner === undefined) throw new Error('no interface');
    const both: Model = {
      ...model,
      structs: new Map([...model.structs, ['a', other]]),
      interfaces: new Map([
        ['test', owner],
        [
          'other',
          { ...owner, name: 'other', header: { path: 'linux/other.h', guard: 'OTHER_H', includes: [] } },
        ],
      ]),
    };
    expect(header(both)).toContain('#include <linux/other.h>\n');
    expect(header(both)).not.toContain('struct a {');
  });

  it('is clean without any declaration', () => {
    for (const { compiler, diagnostics } of compileHeader(header(modelOf()))) {
      expect(diagnostics, compiler).toBe('');
    }
  });

  it('marks structs with extensions as a whole, and no others', () => {
    const text = header(
      modelOf(
        struct('plain', [field('x', 'u32')]),
        struct('flexible', [field('x', 'u32'), field('y', flexible({ kind: 'scalar', name: 'u8' }))]),
      ),
    );
    expect(text).toContain('\nstruct plain {');
    expect(text).toContain('\n__extension__ struct flexible {');
  });
});
