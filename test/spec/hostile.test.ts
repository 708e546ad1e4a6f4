import { describe, expect, test } from 'vitest';
import { limits } from '../../src/spec/limits.ts';
import { readSchema } from '../../src/spec/schema-file.ts';
import { cpuTime } from '../helpers/cpu-time.ts';
import { memoryHost, readText } from './hosts.ts';
import { holdsForAnyText } from './laws.ts';

const head = 'uapi: 1\nname: x\n';
const times = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

/** Texts that cost more than they should, if something is done wrong; and a code that they get. */
const hostile: readonly (readonly [string, string, string | null])[] = [
  [
    'a bomb of aliases',
    `${head}a: &a [x, x]\n${times(60, (i) => `a${i}: &b${i} [${i === 0 ? '*a' : `*b${i - 1}`}, *b${i}]\n`)}`,
    'anchor',
  ],
  ['open brackets', '['.repeat(50_000), 'too-deep'],
  ['open braces', '{'.repeat(50_000), 'too-deep'],
  ['dashes', '- '.repeat(50_000), 'too-deep'],
  ['question marks', '? '.repeat(50_000), 'too-deep'],
  ['steps of indentation', times(300, (i) => `${' '.repeat(i)}a:\n`), 'too-deep'],
  ['closed brackets', ']'.repeat(50_000), 'not-yaml'],
  ['quotes', '"'.repeat(50_000), 'not-yaml'],
  ['documents', '---\n'.repeat(100_000), 'several-documents'],
  ['a huge file', ' '.repeat(limits.fileBytes + 1), 'too-large'],
  ['one key many times', `${head}${'doc: x\n'.repeat(10_000)}`, 'duplicate-key'],
  ['digits', `${head}constants: { A: ${'9'.repeat(300_000)} }\n`, 'too-big'],
  ['digits in an expression', `${head}constants: { A: 1 + ${'9'.repeat(300_000)} }\n`, 'bad-expression'],
  ['parentheses', `${head}constants: { A: "${'('.repeat(1000)}" }\n`, 'bad-expression'],
  ['signs', `${head}constants: { A: "${'-'.repeat(1000)}1" }\n`, 'bad-expression'],
  ['operators', `${head}constants: { A: "${'1+'.repeat(1000)}1" }\n`, 'bad-expression'],
  ['shifts', `${head}constants: { A: "${'1<<128<<'.repeat(60)}1" }\n`, 'too-big'],
  [
    'constants that square each other',
    `${head}constants:\n  A0: 2\n${times(200, (i) => `  A${i + 1}: A${i} * A${i}\n`)}`,
    'too-big',
  ],
  [
    'constants that need the next one',
    `${head}constants:\n${times(4000, (i) => `  A${i}: A${i + 1} + 1\n`)}  A4000: 0\n`,
    'too-deep',
  ],
  [
    'constants that need the next one in long sums',
    `${head}constants:\n${times(100, (i) => `  A${i}: A${i + 1} ${'+ 1 '.repeat(200)}\n`)}  A100: 0\n`,
    'too-deep',
  ],
  [
    'constants that need the one before',
    `${head}constants:\n  A0: 0\n${times(4000, (i) => `  A${i + 1}: A${i} + 1\n`)}`,
    null,
  ],
  [
    'aliases that need the next one',
    `${head}aliases:\n${times(4000, (i) => `  A${i}: A${i + 1}\n`)}constants: { A4000: 1 }\n`,
    'too-deep',
  ],
  [
    'enumerators without values',
    `${head}enums: { e: { values: [${times(8000, (i) => `{name: A${i}},`)}] } }\n`,
    null,
  ],
  [
    'flags at one bit',
    `${head}flags: { f: { values: [${times(4000, (i) => `{name: A${i}, bit: 1},`)}] } }\n`,
    'overlap',
  ],
  [
    'unknown names among many',
    `${head}constants:\n${times(6000, (i) => `  NAME_${i}: NAMES_${i}\n`)}`,
    'unknown-name',
  ],
  [
    'ioctls of one number',
    `${head}ioctls:\n${times(4000, (i) => `  I${i}: {type: 1, nr: 1}\n`)}`,
    'duplicate-value',
  ],
  [
    'too many members',
    `${head}structs: { s: { fields: [${times(3000, (i) => `{name: a${i}, type: u8},`)}] } }\n`,
    'too-big',
  ],
  [
    'as many members as there may be',
    `${head}structs: { s: { fields: [${times(limits.fields, (i) => `{name: a${i}, type: u8, if: a${Math.max(0, i - 1)}_},`)}] } }\n`,
    'unknown-name',
  ],
  [
    'conditions in a long row',
    `${head}structs: { s: { fields: [${times(limits.fields, (i) => `{name: a${i}, type: u8, if: a${i + 1}},`)}{name: a${limits.fields}, type: u8}] } }\n`,
    'too-big',
  ],
  [
    'too many ranges of bits',
    `${head}registers: { r: { fields: [{ name: a, type: u8, bits: [${times(3000, (i) => `{name: a${i}, bits: 1},`)}] }] } }\n`,
    'too-big',
  ],
  [
    'structs in structs',
    `${head}structs:\n  s0: { fields: [{ name: a, type: u8 }] }\n${times(200, (i) => `  s${i + 1}: { fields: [{ name: a, type: s${i} }, { name: b, type: s${i} }] }\n`)}`,
    'too-deep',
  ],
  [
    'structs in structs, the outermost first',
    `${head}structs:\n${times(200, (i) => `  s${i}: { fields: [{ name: a, type: s${i + 1} }, { name: b, type: s${i + 1} }] }\n`)}  s200: { fields: [{ name: a, type: u8 }] }\n`,
    'too-deep',
  ],
  [
    'arrays of arrays of structs',
    `${head}structs:\n  s0: { fields: [{ name: a, type: u8 }] }\n${times(30, (i) => `  s${i + 1}: { fields: [{ name: a, type: "s${i}[1 << 20]" }] }\n`)}`,
    'too-big',
  ],
  [
    'lengths',
    `${head}structs: { s: { fields: [{ name: a, type: "u8${'[1]'.repeat(5000)}" }] } }\n`,
    'bad-type',
  ],
  [
    'counts beyond all numbers',
    `${head}registers: { r: { fields: [{ name: a, type: "u64[]", count: "${'1 << 128 << '.repeat(20)}1" }] } }\n`,
    'too-big',
  ],
  ['parameters', `${head}macros: { M: { params: [${times(8000, (i) => `p${i},`)}], body: 1 } }\n`, null],
  ['long names', `${head}constants: { ${'x'.repeat(200_000)}: 1 }\n`, 'bad-name'],
  [
    'long words where few are known',
    `${head}ioctls: { A: { encoding: ${'x'.repeat(200_000)}, type: 1, nr: 1 } }\n`,
    'unknown-value',
  ],
  [
    'spaces in a type',
    `${head}structs: { s: { fields: [{ name: a, type: "u8${' '.repeat(50_000)}x" }] } }\n`,
    'bad-type',
  ],
  ['NUL bytes', `${head}doc: "a\u0000b"\n`, 'not-text'],
  ['a program', '\u007fELF\u0002\u0001\u0001\u0000\u0000', 'not-text'],
  [
    'a picture',
    new TextDecoder().decode(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)),
    'not-text',
  ],
  ['UTF-16', 'u\u0000a\u0000p\u0000i\u0000', 'not-text'],
  [
    'a nameless member of a struct in itself',
    `${head}structs: { s: { fields: [{ type: s }] } }\n`,
    'missing-key',
  ],
  ['a line break', '\n', 'empty-file'],
  ['nothing', '', 'empty-file'],
  ['a comment', '# nothing\n', 'empty-file'],
  ['a text', 'hello', 'wrong-type'],
  ['directives', '%YAML 1.1\n---\nuapi: 1\nname: x\nconstants: { A: 010, B: 1_000 }\n', 'directive'],
  ['several schemas in one file', `${head}---\n${head}`, 'several-documents'],
];

describe('readSchema', () => {
  test.each(hostile)('costs little for %s', (_, text, code) => {
    let result = readText('');
    const spent = cpuTime(() => {
      result = readText(text);
      holdsForAnyText(result);
    });
    expect(spent).toBeLessThan(10_000);
    if (code === null) expect(result.diagnostics).toEqual([]);
    else expect(result.diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
  });

  test('reads a file that is asked for many times once', () => {
    const all = times(2000, () => 'b.yaml, ');
    let reads = 0;
    const host = memoryHost({ 'a.yaml': `${head}import: [${all}]\n`, 'b.yaml': 'uapi: 1\nname: b\n' });
    const read: typeof host.read = (path, root) => {
      reads++;
      return host.read(path, root);
    };
    expect(readSchema('a.yaml', { ...host, read }).model).not.toBeNull();
    expect(reads).toBe(2);
  });
});
