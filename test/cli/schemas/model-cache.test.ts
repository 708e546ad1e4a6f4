import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { schemaFolder } from '../../../src/cli/files.ts';
import { cacheFolder, fingerprints, ModelCache } from '../../../src/cli/schemas/model-cache.ts';
import { packageModels } from '../../helpers/schemas.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-cache-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(schemaFolder, 'iommufd.yaml');
const [model] = packageModels().values();
if (model === undefined) throw new Error('the package has no schema');
const prints = fingerprints(new Map([[path, readFileSync(path, 'utf8')]]));
const cache = new ModelCache({ UAPIKIT_CACHE: folder });
cache.store(path, { model, prints });
const [name = ''] = readdirSync(folder);
const file = join(folder, name);
const whole = readFileSync(file);

describe('ModelCache', () => {
  it('gives the model back, and leaves one file', () => {
    expect(cache.load(path)).toEqual({ model, prints });
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('gives nothing if a file of the schema is another one now', () => {
    cache.store(path, { model, prints: fingerprints(new Map([[path, 'uapi: 1\n']])) });
    expect(cache.load(path)).toBeUndefined();
    writeFileSync(file, whole);
  });

  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['a file of zeros', Buffer.alloc(1000)],
    ['another value', serialize({ model: {}, prints: new Map() })],
    ['another value, packed', deflateRawSync(serialize({ model: {}, prints: new Map() }))],
    ['a hash and nothing', whole.subarray(0, 40)],
  ])('gives nothing for %s', (_, bytes) => {
    writeFileSync(file, bytes);
    expect(cache.load(path)).toBeUndefined();
  });

  it('gives nothing for a file that is cut or changed anywhere', () => {
    const at = fc.nat(whole.length - 1);
    fc.assert(
      fc.property(at, fc.boolean(), (index, cut) => {
        const bytes = Buffer.from(cut ? whole.subarray(0, index) : whole);
        if (!cut) bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
        writeFileSync(file, bytes);
        return cache.load(path) === undefined;
      }),
      { numRuns: 50 },
    );
  });
});

describe('cacheFolder', () => {
  const nobody = (): string => {
    throw new Error('no passwd entry');
  };

  it.each([
    [{ HOME: '/home/me' }, '/home/me/.cache/uapikit'],
    [{ HOME: '/home/me', XDG_CACHE_HOME: '/var/cache/me' }, '/var/cache/me/uapikit'],
    [{ HOME: '/home/me', XDG_CACHE_HOME: 'relative' }, '/home/me/.cache/uapikit'],
    [{ HOME: '/home/me', UAPIKIT_CACHE: '/tmp/x' }, '/tmp/x'],
    [{ HOME: '/home/me', UAPIKIT_CACHE: 'off' }, undefined],
    [{ HOME: '' }, undefined],
    [{ HOME: 'relative' }, undefined],
    [{}, undefined],
  ])('of %j is %s', (environment, expected) => {
    expect(cacheFolder(environment, nobody)).toBe(expected);
  });

  it('asks the system if HOME is not set', () => {
    expect(cacheFolder({}, () => '/home/me')).toBe('/home/me/.cache/uapikit');
  });
});
