import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { abis } from '../../src/layout/abi.ts';
import { layOut } from '../../src/layout/layout.ts';
import type { Model } from '../../src/model/model.ts';
import { parseRelease } from '../../src/model/release.ts';
import { atRelease } from '../../src/model/select.ts';
import { formatDiagnostic } from '../../src/spec/diagnostic.ts';
import { readSchema } from '../../src/spec/schema-file.ts';
import { filesIn, modelOfFile, packageFolder, packageHost, shapeSchema } from './hosts.ts';
import { holdsForAnyModel } from './laws.ts';

const specs = filesIn('test/specs');
const roots = specs.filter((path) => !path.includes('/parts/'));
const schemas = filesIn('schema');
const valid = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(shapeSchema);

const read = (path: string): string => readFileSync(join(packageFolder, path), 'utf8');
const spec = (name: string): Model => modelOfFile(`test/specs/${name}.yaml`);

describe.each([...specs, ...schemas])('%s', (path) => {
  test('fits the JSON Schema', () => {
    expect(valid(parse(read(path))), JSON.stringify(valid.errors?.slice(0, 3))).toBe(true);
  });

  test('tells editors where the JSON Schema is', () => {
    const [, named] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(path)) ?? [];
    expect(join(path, '..', named ?? '')).toBe('schema/uapi.schema.json');
  });
});

describe.each(roots)('%s', (path) => {
  test('resolves without a word', () => {
    const { diagnostics, sources } = readSchema(path, packageHost());
    expect(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, sources))).toEqual([]);
    holdsForAnyModel(modelOfFile(path));
  });
});

describe.each(schemas.filter((path) => !/^schema\/(pci|ioas)\//.test(path)))('%s', (path) => {
  test('resolves without a word', () => {
    const { diagnostics, sources } = readSchema(path, packageHost());
    expect(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, sources))).toEqual([]);
  });
});

function offsets(model: Model, struct: string, abi: keyof typeof abis): Record<string, number | null> {
  const members = layOut(model, struct, abis[abi]).members.filter((member) => member.kind === 'field');
  return Object.fromEntries(members.map(({ name, offset }) => [name, offset]));
}

describe('a model', () => {
  test('tells a plain u64 from an aligned one', () => {
    const model = spec('scalars');
    const lp64 = { first: 0, plain: 8, second: 16, aligned: 24, signed_: 32, little: 40, big: 48 };
    expect(offsets(model, 'plain_and_aligned', 'lp64')).toEqual(lp64);
    const i386 = { first: 0, plain: 4, second: 12, aligned: 16, signed_: 24, little: 32, big: 40 };
    expect(offsets(model, 'plain_and_aligned', 'i386')).toEqual(i386);
  });

  test('has the values of constants, through aliases and macros of sets', () => {
    const { constants, aliases, macros, structs } = spec('constants');
    const value = (name: string): unknown => constants.get(name)?.value.value;
    expect(
      ['SHORT_FORM', 'WITH_DOC', 'DERIVED', 'LONG_ONE', 'NEGATIVE', 'CHARACTER', 'NAME'].map(value),
    ).toEqual([7n, 16n, 71n, 1n << 24n, -1n, 0x45n, 'example-device']);
    expect(aliases.get('OLD_NAME')).toMatchObject({ target: 'SHORT_FORM', deprecated: true });
    expect(macros.get('THING_INDEX')?.parameters).toEqual(['offset', 'size']);
    expect(structs.get('thing')?.fields[0]?.type).toMatchObject({ kind: 'array', length: 7 });
  });

  test('counts enumerators on from the one before', () => {
    const values = spec('flags-and-enums')
      .enums.get('color')
      ?.values.map(({ value, role }) => [value, role]);
    expect(values).toEqual([
      [0n, 'member'],
      [1n, 'member'],
      [8n, 'member'],
      [8n, 'alias'],
      [9n, 'bound'],
    ]);
    const flags = spec('flags-and-enums')
      .flags.get('map_flags')
      ?.values.map(({ value, role }) => [value, role]);
    expect(flags).toEqual([
      [1n, 'member'],
      [2n, 'member'],
      [3n, 'mask'],
      [2n, 'alias'],
    ]);
  });

  test('knows what is checked of reserved fields', () => {
    const fields = spec('padding-and-reserved').structs.get('careful')?.fields ?? [];
    expect(fields.map(({ reserved }) => reserved)).toEqual([
      undefined,
      { errno: null, padding: true },
      { errno: 'EOPNOTSUPP', padding: false },
      { errno: null, padding: false },
      { errno: 'EINVAL', padding: true },
    ]);
  });

  test('takes directions from the field, else from the struct', () => {
    const { structs } = spec('directions');
    const [size, value] = structs.get('answer')?.fields ?? [];
    expect(size?.direction).toEqual({ in: true, out: false });
    expect(value?.direction).toEqual({ in: false, out: true });
    const iova = structs.get('place')?.fields[3];
    expect(iova?.direction).toMatchObject({ in: { kind: 'name', path: ['flags', 'fixed'] }, out: true });
  });

  test('knows the width of a chain pointer, whole or a range of bits', () => {
    const pci = spec('chain-pcie');
    expect(pci.chains.get('standard')?.next).toEqual({ path: ['next'], mask: 0xfcn, width: 8 });
    expect(pci.chains.get('extended')?.next).toEqual({ path: ['word', 'next'], mask: 0xffcn, width: 12 });
    expect(spec('chain-new').chains.get('blob_list')).toMatchObject({ base: 'element', end: [0n, 0xffffn] });
  });

  test('keeps the members of a variant set in order, those of importing schemas last', () => {
    const members = [...spec('import').structs.values()].filter(({ memberOf }) => memberOf.length > 0);
    expect(members.map(({ name }) => name)).toEqual(['small_payload', 'large_payload', 'test_payload']);
  });

  test('joins the files of an interface and keeps apart those of others', () => {
    const included = spec('include');
    expect(included.interfaces.get('include')?.files.length).toBe(4);
    expect([...included.structs.values()].every((struct) => struct.interface === 'include')).toBe(true);
    expect([...spec('import').interfaces.keys()]).toEqual(['user_pointers', 'flags_and_enums', 'import']);
  });

  test('orders rules as they stand, each with its stage', () => {
    const rules = spec('rules').structs.get('span')?.rules ?? [];
    expect(rules.map(({ id, stage, check }) => `${id} ${stage} ${check.kind}`)).toEqual([
      'flags payload fields',
      'no-wrap payload expression',
      'page payload expression',
      'one-bit payload expression',
      'readable memory described',
      'space state fields',
      'free state described',
    ]);
  });
});

describe('a release', () => {
  const sizeAt = (name: string, struct: string, text: string): number | null => {
    const release = parseRelease(text);
    return release === undefined ? null : layOut(atRelease(spec(name), release), struct, abis.lp64).size;
  };

  test('gives a struct that grew the size it had, in a stable branch as in the mainline', () => {
    const sizes = ['6.2', '6.12', '6.12.116', '6.12.117', '6.12.y', '6.13.1', '6.15'].map((text) => {
      return sizeAt('release-growth', 'hw_info', text);
    });
    expect(sizes).toEqual([16, 16, 16, 24, 24, 16, 24]);
    expect(['6.2', '6.7', '6.15'].map((text) => sizeAt('extensible', 'grown', text))).toEqual([12, 16, 24]);
  });

  test('keeps a field in its place when a later input takes an older output over', () => {
    const release = parseRelease('6.12') ?? { major: 0, minor: 0, patch: 0 };
    const before = atRelease(spec('release-alias'), release);
    expect(offsets(before, 'query', 'lp64')).toEqual({ size: 0, out_data_type: 4, old_name: 8 });
    expect(sizeAt('release-alias', 'query', '6.17')).toBe(12);
  });
});
