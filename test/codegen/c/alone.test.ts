import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cBackend } from '../../../codegen/c/backend.ts';
import { registerMacroNames } from '../../../codegen/c/names.ts';
import { declaredBy } from '../../../codegen/scope.ts';
import type { Model } from '../../../src/model/model.ts';
import { atRelease } from '../../../src/model/select.ts';
import { readSchema } from '../../../src/spec/schema-file.ts';
import { docSchemas } from '../../helpers/doc-schemas.ts';
import { packageModels } from '../../helpers/schemas.ts';
import { filesIn, memoryHost, modelOfFile, readText } from '../../spec/hosts.ts';
import { compilers, strict } from './compile.ts';

/** A schema whose header must need nothing else. */
interface Subject {
  readonly place: string;
  readonly model: Model;
}

const subjects: Subject[] = [
  ...docSchemas().map(({ place, text }) => {
    const { model, diagnostics } = readText(text);
    if (model === null) throw new Error(`${place}: ${diagnostics[0]?.message}`);
    return { place, model };
  }),
  ...filesIn('test/specs')
    .filter((path) => !path.includes('/parts/'))
    .map((path) => ({ place: path, model: modelOfFile(path) })),
  ...[...packageModels()].map(([name, model]) => ({ place: `schema/${name}.yaml`, model })),
].map(({ place, model }) => {
  const kernel = model.interfaces.get(model.root)?.kernel;
  return { place, model: kernel == null ? model : atRelease(model, kernel) };
});

subjects.push({ place: 'names of another schema and of none', model: borrower() });

/** A folder of its own for each subject: several of them write a header of the same name. */
const folder = mkdtempSync(join(tmpdir(), 'uapikit-alone-'));
afterAll(() => rmSync(folder, { recursive: true }));

for (const [i, { model }] of subjects.entries()) {
  const root = join(folder, String(i));
  for (const { path, text } of cBackend.emit(model, { interfaces: [...model.interfaces.keys()] })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  writeFileSync(join(root, 'use.c'), program(model));
}

/** A schema that takes all that it can from another one, and uses what only the schema language knows. */
function borrower(): Model {
  const lender = [
    'uapi: 1',
    'name: lender',
    'constants: { LENDER_ONE: 1, LENDER_TYPE: 0x20, LENDER_TEXT: { string: lent } }',
    'registers: { lender_block: { fields: [{ name: r, type: le16, macro: LENDER_R }] } }',
    'structs: { lender_inner: { fields: [{ name: a, type: char }] } }',
  ];
  const text = [
    'uapi: 1',
    'name: borrower',
    'import: [lender.yaml]',
    'constants: { SUM: LENDER_ONE + LENDER_R, TOP: U64_MAX, PAGES: PAGE_SIZE * 2, NEGATIVE: -2147483648 }',
    'aliases: { OTHER_TEXT: LENDER_TEXT }',
    'macros: { LOW: { params: [x], body: x & U64_MAX }, PAGE: { params: [x, y], body: x * PAGE_SIZE + y } }',
    'structs:',
    '  text: { fields: [{ name: a, type: "char[LENDER_ONE]" }] }',
    '  outer: { fields: [{ name: inner, type: lender_inner }, { name: block, type: lender_block }] }',
    'ioctls:',
    '  BORROWER_GET: { type: LENDER_TYPE, nr: 1, encoding: _IOR, arg: u32 }',
    '  BORROWER_TEXT: { type: LENDER_TYPE, nr: 2, encoding: _IOR, arg: text }',
  ];
  const files = { 'a.yaml': text.join('\n'), 'lender.yaml': lender.join('\n') };
  const { model, diagnostics } = readSchema('a.yaml', memoryHost(files));
  if (model === null) throw new Error(diagnostics[0]?.message);
  return model;
}

/** A program that includes one header, and uses every name that the header defines. */
function program(model: Model): string {
  const { root } = model;
  const integers = [
    ...declaredBy(model.ioctls, root),
    ...declaredBy(model.constants, root).filter(({ value }) => value.kind === 'integer'),
    ...declaredBy(model.aliases, root).filter(({ target }) => model.macros.get(target) === undefined),
    ...[...declaredBy(model.flags, root), ...declaredBy(model.enums, root)].flatMap(({ values }) => values),
  ].map(({ name }) => name);
  const strings = declaredBy(model.constants, root).filter(({ value }) => value.kind === 'string');
  const calls = declaredBy(model.macros, root).map(
    ({ name, parameters }) => `${name}(${parameters.map((_, i) => `${i + 1}U`).join(', ')})`,
  );
  const structs = declaredBy(model.structs, root);
  const types = structs.filter(({ inline, kind }) => !inline && kind !== 'registers');
  const uses = [
    ...[...integers, ...calls, ...structs.flatMap(registerMacroNames)].map(
      (use) => `\tsum += (unsigned long long)(${use});`,
    ),
    ...strings.map(({ name }) => `\tsum += sizeof(${name} "");`),
    ...types.map(({ kind, name }) => `\tsum += sizeof(${kind} ${name});`),
  ];
  const header = model.interfaces.get(root)?.header.path;
  return [
    `#include <${header}>`,
    'unsigned long long uses(void);',
    'unsigned long long uses(void)',
    '{',
    '\tunsigned long long sum = 0;',
    ...uses,
    '\treturn sum;',
    '}',
    '',
  ].join('\n');
}

/** The oldest language that each compiler is asked for: what compiles there needs no later one. */
const oldest = compilers().filter(({ standard }) => ['c90', 'c++98'].includes(standard));

describe('a generated header, alone in a program that uses all of its names', () => {
  test('comes from the schemas of the docs, of the tests and of the package', () => {
    expect(subjects.filter(({ place }) => place.startsWith('README.md')).length).toBeGreaterThan(0);
    expect(subjects.filter(({ place }) => place.startsWith('docs/spec-language.md')).length).toBeGreaterThan(
      0,
    );
    expect(subjects.length).toBeGreaterThan(35);
  });

  test.each(oldest)('is clean for $command -std=$standard', ({ command, language, standard }) => {
    const failures = subjects.flatMap(({ place }, i) => {
      const root = join(folder, String(i));
      const flags = [`-std=${standard}`, ...strict, `-I${root}`, '-x', language, '-fsyntax-only'];
      const { stderr, status } = spawnSync(command, [...flags, join(root, 'use.c')], { encoding: 'utf8' });
      return status === 0 && stderr === '' ? [] : [`${place}: ${stderr}`];
    });
    expect(failures).toEqual([]);
  });

  test('is what its own include list gives: no header that it includes is needless or missing', () => {
    for (const [i, { model, place }] of subjects.entries()) {
      const { includes, path } = model.interfaces.get(model.root)?.header ?? expect.unreachable();
      const text = cBackend.emit(model)[0]?.text ?? '';
      const found = [...text.matchAll(/^#include <(.*)>$/gm)].map(([, name]) => name);
      expect(new Set(found).size, place).toBe(found.length);
      expect(
        found.filter((name) => includes.includes(name ?? '')),
        place,
      ).toEqual(includes);
      expect(existsSync(join(folder, String(i), path)), place).toBe(true);
    }
  });
});
