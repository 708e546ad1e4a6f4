import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codecsFor } from '../../../src/cli/schemas/codecs.ts';
import { codecModules } from '../../../src/generated/ts/index.ts';
import { abis } from '../../../src/layout/abi.ts';
import { fingerprint } from '../../../src/layout/fingerprint.ts';
import { uapi } from '../../helpers/run-cli.ts';
import { packageModels } from '../../helpers/schemas.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-codecs-'));
const schema = join(folder, 'vfio.yaml');
beforeAll(() => {
  process.env['UAPIKIT_CACHE'] = join(tmpdir(), 'uapikit-test-cache');
  cpSync(fileURLToPath(new URL('../../../schema/', import.meta.url)), folder, { recursive: true });
  // Copies of a read-only checkout are read-only too.
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The package's VFIO schema with a text in it replaced, as a file of a user. */
function edited(found: string, replacement: string): string {
  const text = readFileSync(new URL('../../../schema/vfio.yaml', import.meta.url), 'utf8');
  expect(text).toContain(found);
  writeFileSync(schema, text.replace(found, replacement));
  return schema;
}

/** A reply with one capability of a region: its id, and its body's words. */
function region(id: number, ...body: readonly number[]): string {
  const words = [40 + 4 * body.length, 8, 0, 32, 0x1000, 0, 0, 0, id | 0x10000, 0, ...body];
  return Buffer.from(new Uint8Array(Uint32Array.from(words).buffer)).toString('hex');
}

async function elements(hex: string, ...options: readonly string[]): Promise<unknown[]> {
  const { out, err } = await uapi('decode', 'vfio_region_info', hex, '--json', ...options);
  expect(err).toBe('');
  const { chains } = JSON.parse(out) as { chains: { vfio_region_info_caps: unknown[] } };
  return chains.vfio_region_info_caps;
}

describe('codecs of schemas that are not as code was generated from', () => {
  it('read a capability that was added', async () => {
    const path = edited(
      '  vfio_region_info_cap_type:\n',
      `  vfio_region_info_cap_new:
    doc: Not yet in any kernel.
    dir: out
    member-of: { set: vfio_region_info_capabilities, tag: 0x3f }
    fields:
      - { name: header, type: vfio_info_cap_header, doc: Version 1. }
      - { name: colour, type: u32, doc: Which. }
  vfio_region_info_cap_type:
`,
    );
    expect(await elements(region(0x3f, 7))).toMatchObject([{ id: 0x3f, name: null }]);
    expect(await elements(region(0x3f, 7), '--schema', path)).toMatchObject([
      { id: 0x3f, name: 'vfio_region_info_cap_new', fields: { colour: 7 } },
    ]);
  });

  it('read a struct as the schema says, not as it was', async () => {
    const path = edited(
      'doc: Version 1. }\n      - { name: type,    type: u32, enum: vfio_region_type',
      'doc: Version 1. }\n      - { name: before, type: u32, doc: New. }\n      - { name: type,    type: u32, enum: vfio_region_type',
    );
    expect(await elements(region(2, 5, 6, 7), '--schema', path)).toMatchObject([
      { name: 'vfio_region_info_cap_type', fields: { before: 5, type: 6, subtype: 7 } },
    ]);
    expect(await elements(region(2, 5, 6))).toMatchObject([{ fields: { type: 5, subtype: 6 } }]);
  });

  it('are generated ones for every struct of the package, and for no struct that differs', async () => {
    for (const model of packageModels().values()) {
      const lookup = await codecsFor(model, abis.lp64);
      for (const { name, inline, interface: owner } of model.structs.values()) {
        if (inline || owner !== model.root) continue;
        const [prints, table] = [
          await codecModules[owner]?.fingerprints(),
          await codecModules[owner]?.little(),
        ];
        expect([name, prints?.[name]]).toEqual([name, fingerprint(model, name)]);
        expect(lookup(name)).toBe(table?.[name]?.lp64);
      }
    }
  });

  it('depend on fields, members and constants, and on no text', () => {
    const model = packageModels().get('vfio');
    const name = 'vfio_region_info_cap_type';
    const struct = model?.structs.get(name);
    if (model === undefined || struct === undefined) throw new Error('no VFIO');
    const print = (changed: object): string =>
      fingerprint(
        { ...model, structs: new Map([...model.structs, [name, { ...struct, ...changed }]]) },
        name,
      );
    const own = fingerprint(model, name);
    expect(print({ doc: 'Other words.', order: 1 })).toBe(own);
    expect(print({ packed: true })).not.toBe(own);
    expect(print({ fields: struct.fields.slice(0, -1) })).not.toBe(own);
    const renamed = struct.fields.map((field) =>
      field.name === 'type' ? { ...field, name: 'kind' } : field,
    );
    expect(print({ fields: renamed })).not.toBe(own);
    const inner = model.structs.get('vfio_info_cap_header');
    if (inner === undefined) throw new Error('no header');
    const structs = new Map([...model.structs, [inner.name, { ...inner, fields: [] }]]);
    expect(fingerprint({ ...model, structs }, name)).not.toBe(own);
  });
});
