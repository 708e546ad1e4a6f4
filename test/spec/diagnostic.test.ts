import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Diagnostic, Diagnostics, formatDiagnostic } from '../../src/spec/diagnostic.ts';
import { limits } from '../../src/spec/limits.ts';
import { readText } from './hosts.ts';

function print(text: string): string {
  const { diagnostics, sources } = readText(text);
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, sources)).join('\n');
}

describe('formatDiagnostic', () => {
  test('prints file, line, column, code, sentence, the line, and carets under the place', () => {
    expect(print('uapi: 1\nname: x\nconstants: { A: 1, AB: NONE + 1 }\n')).toBe(
      [
        'test.yaml:3:24: unknown-name: unknown name NONE, expected a constant, a flag or a value.',
        '3 | constants: { A: 1, AB: NONE + 1 }',
        '  |                        ^^^^^^^^',
      ].join('\n'),
    );
  });

  test('counts lines and columns after CRLF, a byte order mark and characters outside of ASCII', () => {
    expect(print('uapi: 1\r\nname: x\r\nconstants: { A: "é" }\r\n').split('\n')[0]).toMatch(
      /^test\.yaml:3:18: /,
    );
    expect(print('\ufeffuapi: 2\nname: x\n').split('\n')[0]).toMatch(/^test\.yaml:1:8: /);
  });

  test('shows only the part of a long line that matters', () => {
    const lines = print(
      `uapi: 1\nname: x\nconstants: { A: 1, ${'B'.repeat(90)}: 2, C: 1 + $, D: ${'1 + '.repeat(100)}1 }\n`,
    ).split('\n');
    const [head = '', text = '', carets = ''] = lines;
    expect(head).toMatch(/^test\.yaml:3:122: bad-expression: /);
    expect(text.length).toBeLessThan(160);
    expect(text[carets.indexOf('^')]).toBe('$');
  });

  test('puts the carets under the place, whatever stands before it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '\t', '\u0007', 'é'), maxLength: 300 }),
        fc.nat(50),
        (lead, width) => {
          const line = `${lead}${'#'.repeat(width)}#${lead}`;
          const span = { file: 'f', start: 2 + lead.length, end: 3 + lead.length + width };
          const diagnostic: Diagnostic = { severity: 'warning', code: 'c', message: 'm.', span };
          const [head, text = '', carets = ''] = formatDiagnostic(
            diagnostic,
            new Map([['f', `\n\n${line}\n`]]),
          ).split('\n');
          expect(head).toBe(`f:3:${lead.length + 1}: warning: c: m.`);
          const at = carets.indexOf('^');
          expect(text.slice(at)).toMatch(/^#/);
          expect(text.slice(at, at + (carets.length - at))).toBe('#'.repeat(carets.length - at));
        },
      ),
    );
  });
});

describe('Diagnostics', () => {
  const span = { file: 'f', start: 0, end: 0 };

  test('keeps so many and counts the rest, and knows of an error among the rest', () => {
    const diagnostics = new Diagnostics();
    for (let i = 0; i < limits.diagnostics; i++) diagnostics.warning('w', span, `number ${i}.`);
    expect(diagnostics.failed).toBe(false);
    diagnostics.error('e', span, 'one more.');
    expect(diagnostics.failed).toBe(true);
    expect([diagnostics.sorted().length, diagnostics.omitted]).toEqual([limits.diagnostics, 1]);
  });

  test('says nothing twice, and nothing that is endless', () => {
    const diagnostics = new Diagnostics();
    diagnostics.error('e', span, 'x'.repeat(10_000));
    diagnostics.error('e', span, 'x'.repeat(10_000));
    expect(diagnostics.sorted().map(({ message }) => message.length)).toEqual([limits.message]);
  });
});

describe('readSchema', () => {
  test('finds twenty different mistakes in one run', () => {
    const text = `uapi: 2
name: x
kernel: 6.12
colour: red
constants: { A: 010, B: C + 1, class: 3, D: 1 +, A: 4 }
flags: { f: { values: [{ name: F, bit: 40 }, { name: G, bit: 1 }, { name: H, bit: 1 }] } }
enums: { e: { values: [{ name: E, value: 5 }, { name: E2, value: 5 }], type: u128 } }
structs:
  s:
    fields:
      - { name: a, type: u33 }
      - { name: b, type: "u8[0]" }
      - { name: b, type: u8 }
      - { name: c, type: u32, flags: ff, if: c == 1 }
      - { name: d, type: u32, reserved: EINVALID, until: "x" }
      - { name: e, type: u8, bits: [{ name: x, bits: 8 }] }
      - { name: g, type: t }
  t: { fields: [{ name: s, type: s }] }
ioctls: { I: { type: 1, nr: 256 }, J: { type: 1, nr: 1, arg: tt } }
`;
    const codes = new Map<string, number>();
    for (const { code } of readText(text).diagnostics) codes.set(code, (codes.get(code) ?? 0) + 1);
    expect(Object.fromEntries([...codes].sort())).toMatchInlineSnapshot(`
      {
        "bad-bit": 2,
        "bad-expression": 1,
        "bad-integer": 1,
        "bad-length": 1,
        "bad-name": 1,
        "bad-release": 1,
        "cycle": 2,
        "does-not-fit": 1,
        "duplicate-key": 1,
        "duplicate-value": 1,
        "overlap": 1,
        "unknown-flag-set": 1,
        "unknown-key": 1,
        "unknown-name": 1,
        "unknown-struct": 1,
        "unknown-type": 1,
        "unknown-value": 3,
        "wrong-type": 1,
      }
    `);
    expect([...codes.values()].reduce((a, b) => a + b)).toBeGreaterThanOrEqual(20);
  });
});
