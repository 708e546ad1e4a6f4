import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/spec/diagnostic.ts';
import { limits } from '../../src/spec/limits.ts';
import { readSchema } from '../../src/spec/schema-file.ts';
import { memoryHost } from './hosts.ts';

/** Reads `a.yaml` among some files; the diagnostics as printed, without the lines of the text. */
function read(files: Readonly<Record<string, string>>): string[] {
  const { diagnostics, sources } = readSchema('a.yaml', memoryHost(files));
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, sources).split('\n')[0] ?? '');
}

const named = (name: string, rest = ''): string => `uapi: 1\nname: ${name}\n${rest}`;

describe('loadSchema', () => {
  test('reports files that are not there, at the place that asks for them', () => {
    expect(read({})).toEqual(['a.yaml:1:1: no-file: cannot read a.yaml: no such file.']);
    expect(read({ 'a.yaml': named('a', 'import: [b.yaml]\ninclude: [c/d.yaml]\n') })).toEqual([
      'a.yaml:3:10: no-file: cannot read b.yaml: no such file.',
      'a.yaml:4:11: no-file: cannot read c/d.yaml: no such file.',
    ]);
  });

  test('takes names of files relative to the file that names them', () => {
    const files = {
      'a.yaml': named(
        'a',
        'import: [lib/b.yaml]\nstructs: { s: { fields: [{ name: x, type: "u8[N]" }] } }\n',
      ),
      'lib/b.yaml': named('b', 'include: [parts/c.yaml]\nimport: [../d.yaml]\n'),
      'lib/parts/c.yaml': named('b', 'constants: { N: M }\n'),
      'd.yaml': named('d', 'constants: { M: 3 }\n'),
    };
    expect(read(files)).toEqual([]);
  });

  test('reports schemas that import themselves, however they spell it', () => {
    const cycle = {
      'a.yaml': named('a', 'import: [b.yaml]\n'),
      'b.yaml': named('b', 'import: [./x/../a.yaml]\n'),
    };
    expect(read(cycle)).toEqual([
      'b.yaml:3:10: import-cycle: a.yaml imports itself: a.yaml -> b.yaml -> a.yaml.',
    ]);
    expect(read({ 'a.yaml': named('a', 'import: [a.yaml]\n') })).toEqual([
      'a.yaml:3:10: import-cycle: a.yaml imports itself: a.yaml -> a.yaml.',
    ]);
    const dotted = readSchema('./a.yaml', memoryHost({ './a.yaml': named('a', 'import: [a.yaml]\n') }));
    expect(dotted.diagnostics.map(({ code }) => code)).toEqual(['import-cycle']);
  });

  test('reports files that are included twice', () => {
    const files = {
      'a.yaml': named('a', 'include: [b.yaml, ./b.yaml]\n'),
      'b.yaml': named('a', 'include: [a.yaml]\n'),
    };
    expect(read(files)).toEqual([
      'b.yaml:3:11: include-cycle: a.yaml is included twice, expected once.',
      'a.yaml:3:19: include-cycle: b.yaml is included twice, expected once.',
    ]);
  });

  test('reads a schema that two others import once', () => {
    const files = {
      'a.yaml': named('a', 'import: [b.yaml, c.yaml]\n'),
      'b.yaml': named('b', 'import: [d.yaml]\n'),
      'c.yaml': named('c', 'import: [d.yaml]\n'),
      'd.yaml': named('d', 'constants: { D: 1 }\n'),
    };
    const { model } = readSchema('a.yaml', memoryHost(files));
    expect([...(model?.interfaces.keys() ?? [])]).toEqual(['d', 'b', 'c', 'a']);
  });

  test('reports schemas and parts whose names do not fit together', () => {
    const files = {
      'a.yaml': named('a', 'import: [b.yaml]\ninclude: [c.yaml, d.yaml]\n'),
      'b.yaml': named('a'),
      'c.yaml': named('other'),
      'd.yaml': named('a', 'kernel: "6.12"\nheader: { path: linux/d.h }\n'),
    };
    expect(read(files)).toEqual([
      'a.yaml:2:7: duplicate-name: another schema is also named a, expected a unique name.',
      'a.yaml:4:11: wrong-name: c.yaml is part of other, expected a part of a.',
      'd.yaml:3:9: misplaced-key: kernel is in an included file, expected it in the including file.',
      'd.yaml:4:9: misplaced-key: header is in an included file, expected it in the including file.',
    ]);
    expect(read({ 'a.yaml': 'uapi: 1\nname: ../a b\n' })).toEqual(
      ["a.yaml:2:7: bad-name: the schema's name is ../a b, expected letters, digits, _ and -."].sort(),
    );
  });

  test('reports names that two schemas declare', () => {
    const text = 'constants: { A: 1 }\nstructs: { s: { fields: [{ name: x, type: u8 }] } }\n';
    const files = { 'a.yaml': named('a', `import: [b.yaml]\n${text}`), 'b.yaml': named('b', text) };
    expect(read(files)).toEqual([
      'a.yaml:4:14: duplicate-name: A is declared twice (as a constant before), expected once.',
      'a.yaml:5:12: duplicate-name: the type s is declared twice, expected once.',
    ]);
  });

  test('reads at most so many files', () => {
    const files: Record<string, string> = { 'a.yaml': named('a', 'import: [n0.yaml]\n') };
    for (let i = 0; i <= limits.files; i++)
      files[`n${i}.yaml`] = named(`n${i}`, `import: [n${i + 1}.yaml]\n`);
    expect(read(files).map((line) => line.split(': ')[1])).toEqual(['too-many-files']);
  });

  test('finds mistakes in every file, in the order in which they are read', () => {
    const wrong = 'constants: { A: 1 + }\n';
    const files = {
      'a.yaml': named('a', `import: [b.yaml]\ninclude: [c.yaml]\n${wrong}`),
      'b.yaml': named('b', wrong),
      'c.yaml': named('a', 'constants: { B: 1 + }\n'),
    };
    expect(read(files).map((line) => line.split(' ')[0])).toEqual([
      'b.yaml:3:20:',
      'a.yaml:5:20:',
      'c.yaml:3:20:',
    ]);
  });
});
