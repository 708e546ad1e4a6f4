import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf, wholeProgram } from '../../helpers/every-command.ts';
import { uapi } from '../../helpers/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-options-'));
const schema = join(folder, 'lamp.yaml');
const trace = join(folder, 'calls.jsonl');
beforeAll(() => {
  // Shared with other tests: to read all schemas takes seconds.
  process.env['UAPIKIT_CACHE'] = join(tmpdir(), 'uapikit-test-cache');
  writeFileSync(
    schema,
    'uapi: 1\nname: lamp\nstructs: { lamp_set: { fields: [{ name: id, type: u32 }, { name: level, type: u32 }] } }\n',
  );
  writeFileSync(
    trace,
    '{"trace":1,"kernel":"6.12.117","machine":"x86_64","page_size":4096,"profile":"","seed":0,"arena":["0x100000000","0x4000000"],"scratch":["0x200000000","0x100000"]}\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What commands with a --schema option are given besides. */
const argumentsOf: Readonly<Record<string, readonly string[]>> = {
  list: ['lamp'],
  layout: ['lamp_set'],
  decode: ['lamp_set', '0100000002000000'],
  encode: ['lamp_set', '{"id": 1}'],
  validate: ['lamp_set', '0100000002000000'],
  pci: ['00'.repeat(64)],
  'pci diff': ['00'.repeat(64), '00'.repeat(64)],
  get trace(): readonly string[] {
    return [trace];
  },
};

describe('options', () => {
  it('of one name mean the same on every command', async () => {
    const definitions = new Map<string, Set<string>>();
    for (const [, command] of commandsOf(await wholeProgram())) {
      for (const option of command.options) {
        const told = JSON.stringify([
          option.flags,
          option.description,
          option.defaultValue,
          option.mandatory,
        ]);
        const name = option.long ?? option.flags;
        definitions.set(name, (definitions.get(name) ?? new Set()).add(told));
      }
    }
    expect(definitions.size).toBeGreaterThan(15);
    // What these are about differs: all names or all differences, bytes of a struct or of a config space.
    for (const name of ['--all', '--raw']) definitions.delete(name);
    expect([...definitions].filter(([, told]) => told.size > 1)).toEqual([]);
  });

  it('take one value, and are repeated for more: none swallows the arguments behind it', async () => {
    for (const [words, command] of commandsOf(await wholeProgram())) {
      for (const option of command.options) {
        expect([...words, option.flags, option.variadic, option.optional]).toEqual([
          ...words,
          option.flags,
          false,
          false,
        ]);
      }
    }
  });

  it('--schema may stand before and behind the arguments of every command that has it', async () => {
    const known = commandsOf(await wholeProgram()).filter(([, command]) =>
      command.options.some(({ long }) => long === '--schema'),
    );
    expect(known.map(([words]) => words.join(' ')).sort()).toEqual(Object.keys(argumentsOf).sort());
    for (const [words] of known) {
      const given = argumentsOf[words.join(' ')] ?? [];
      const before = await uapi(...words, '--schema', schema, ...given);
      const behind = await uapi(...words, ...given, '--schema', schema);
      const twice = await uapi(...words, '--schema', schema, '--schema', schema, ...given);
      expect([words, before]).toEqual([words, behind]);
      expect([words, before.status, twice.status]).toEqual([words, 0, 0]);
    }
  });

  it('--endian chooses the byte order of every command that has an abi', async () => {
    for (const [words, command] of commandsOf(await wholeProgram())) {
      const has = (name: string): boolean => command.options.some(({ long }) => long === name);
      expect([words, has('--endian')]).toEqual([words, has('--abi')]);
    }
    const layout = ['layout', 'lamp_set', '--schema', schema, '--json'];
    expect(JSON.parse((await uapi(...layout, '--endian', 'big')).out)).toEqual(
      JSON.parse((await uapi(...layout, '--abi', 'lp64-be')).out),
    );
    expect((await uapi(...layout, '--endian', 'middle')).status).toBe(2);
  });
});
