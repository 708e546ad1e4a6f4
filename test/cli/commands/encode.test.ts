import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyValue } from '../../../src/arbitrary/index.ts';
import { makeOracle } from '../../../src/codec/oracle/oracle.ts';
import { worldOf } from '../../../src/codec/oracle/world.ts';
import { abis } from '../../../src/layout/abi.ts';
import { structJson } from '../../../src/print/struct-json.ts';
import { JsonReader } from '../../../src/read/json-values.ts';
import { pinnedModels, structsOf } from '../../codec/real-schemas.ts';
import { encoded } from '../../helpers/laws.ts';
import { uapi } from '../../helpers/run-cli.ts';
import { recordedLines } from '../dumps.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-encode-'));
beforeAll(() => {
  // Shared with other tests: to read all schemas takes seconds.
  process.env['UAPIKIT_CACHE'] = join(tmpdir(), 'uapikit-test-cache');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function hexOf(...args: readonly string[]): Promise<string> {
  const { status, out, err } = await uapi('encode', ...args);
  expect([args, status, err]).toEqual([args, 0, '']);
  return out;
}

const map = '280000000500000002000000000000000000000000000000001000000000000000000080 00000000'.replaceAll(
  ' ',
  '',
);

describe('JsonReader', () => {
  it('makes the same bytes of the JSON that decoded bytes are printed as, for every struct', () => {
    const cases = pinnedModels().flatMap((model) =>
      [abis.lp64, abis['i386-be']].flatMap((abi) =>
        structsOf(model).map(({ name }) => ({ model, abi, name })),
      ),
    );
    for (const { model, abi, name } of cases) {
      const reader = new JsonReader(model, abi);
      const codec = makeOracle(model, name, abi);
      fc.assert(
        fc.property(anyValue(model, name, { abi }), (value) => {
          const bytes = encoded(codec, value);
          const decoded = codec.decode(new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
          const text = JSON.stringify(structJson(worldOf(model, abi), name, decoded));
          expect(encoded(codec, reader.struct(name, JSON.parse(text), name))).toEqual(bytes);
        }),
        { numRuns: 3 },
      );
    }
  });
});

describe('uapi encode', () => {
  it('takes names of flags and values, numbers and strings', async () => {
    const rest = '"ioas_id": 2, "length": "0x1000", "iova": 2147483648';
    for (const flags of [
      '"FIXED_IOVA|READABLE"',
      '["FIXED_IOVA", "READABLE"]',
      '"IOMMU_IOAS_MAP_FIXED_IOVA|0x4"',
      '"fixed_iova | readable"',
      '5',
      '"0x5"',
    ]) {
      expect([flags, await hexOf('IOMMU_IOAS_MAP', `{"flags": ${flags}, ${rest}}`)]).toEqual([flags, map]);
    }
    expect(await hexOf('iommu_option', '{"option_id": "HUGE_PAGES", "op": "GET", "object_id": 3}')).toBe(
      '180000000100000001000000030000000000000000000000',
    );
    // A constant that another schema adds to the enum's values.
    expect(await hexOf('iommu_hwpt_alloc', '{"data_type": "SELFTEST"}')).toMatch(/^30000000.{40}adde0000/);
  });

  it('takes JSON as Windows writes it, and refuses what is no text', async () => {
    const text = '\ufeff{"option_id": "HUGE_PAGES", "op": "GET", "object_id": 3}';
    const expected = '180000000100000001000000030000000000000000000000';
    expect(await hexOf('iommu_option', text)).toBe(expected);
    const path = join(folder, 'windows.json');
    const files = [text, Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16()];
    for (const contents of files) {
      writeFileSync(path, contents);
      expect(await hexOf('iommu_option', path)).toBe(expected);
    }
    writeFileSync(path, Buffer.from('{"name": "\xfc"}', 'latin1'));
    const { status, err } = await uapi('encode', 'iommu_option', path);
    expect([status, err]).toEqual([2, `uapi: error: ${path} is not text in UTF-8 or UTF-16, expected JSON`]);
  });

  it('fills sizes in, and takes those that are given', async () => {
    expect(await hexOf('iommu_destroy', '{"id": 7}')).toBe('0800000007000000');
    expect(await hexOf('iommu_destroy', '{"size": 4, "id": 7}')).toBe('0400000007000000');
    expect(await hexOf('iommu_destroy', '{"id": 7}', '--endian', 'big')).toBe('0000000800000007');
    expect(await hexOf('vfio_bitmap', '{"data": "0x1000"}', '--abi', 'i386')).toHaveLength(2 * 20);
  });

  it('writes arrays of structs one behind the other, and bytes with --raw', async () => {
    const ranges = '[{"start": 0, "last": "0xff"}, {"start": 4096, "last": "0x102f"}]';
    const bytes = '0000000000000000ff0000000000000000100000000000002f10000000000000';
    expect(await hexOf('iommu_iova_range', ranges)).toBe(bytes);
    expect(await hexOf('iommu_iova_range[]', ranges)).toBe(bytes);
    const { raw, out } = await uapi('encode', 'iommu_iova_range', ranges, '--raw');
    expect([Buffer.from(raw ?? []).toString('hex'), out]).toEqual([bytes, '']);
    const file = join(folder, 'ranges.json');
    writeFileSync(file, ranges);
    expect(await hexOf('iommu_iova_range', file)).toBe(bytes);
  });

  it('makes the same bytes of what decode --json prints, chains and arrays too', async () => {
    const replies = recordedLines('qemu-q35.jsonl.gz').filter(
      ({ name, argsz, out }) =>
        name === 'VFIO_IOMMU_GET_INFO' && out !== undefined && argsz !== undefined && argsz >= 24,
    );
    expect(replies.length).toBeGreaterThan(0);
    for (const { out: reply = '' } of replies) {
      const { out } = await uapi('decode', 'VFIO_IOMMU_GET_INFO', reply, '--json');
      const again = await hexOf('VFIO_IOMMU_GET_INFO', out);
      const shown = Math.max(again.length, 48);
      expect(again.padEnd(shown, '0')).toBe(reply.slice(0, shown).padEnd(shown, '0'));
    }
    const two = '0000000000000000ff0000000000000000100000000000002f10000000000000';
    const { out } = await uapi('decode', 'iommu_iova_range[]', two, '--json');
    expect(await hexOf('iommu_iova_range', out)).toBe(two);
  });

  it('answers mistakes with one line: place, found, expected', async () => {
    const cases: readonly (readonly [string, string, RegExp])[] = [
      [
        'iommu_ioas_map',
        '{"flag": 1}',
        /iommu_ioas_map\.flag: iommu_ioas_map has no such member; did you mean flags\?/,
      ],
      [
        'iommu_ioas_map',
        '{"flags": "FIXD_IOVA"}',
        /iommu_ioas_map\.flags: "FIXD_IOVA" is not a flag of iommufd_ioas_map_flags; did you mean FIXED_IOVA\?/,
      ],
      [
        'iommu_ioas_map',
        '{"flags": ["READABLE", "X"]}',
        /iommu_ioas_map\.flags\[1\]: "X" is not a flag of .*, one of FIXED_IOVA, WRITEABLE, READABLE, or a number/,
      ],
      [
        'iommu_option',
        '{"op": "GOT"}',
        /iommu_option\.op: "GOT" is not a value of iommufd_option_ops; did you mean GET\?/,
      ],
      [
        'iommu_ioas_map',
        '{"ioas_id": 4294967296}',
        /iommu_ioas_map\.ioas_id: expected an integer from 0 to 0xffffffff, found 4294967296/,
      ],
      ['iommu_ioas_map', '{"ioas_id": -1}', /expected an integer from 0 to 0xffffffff, found -1/],
      [
        'iommu_ioas_map',
        '{"iova": 1e300}',
        /iommu_ioas_map\.iova: expected an integer; above 2\^53 as a string/,
      ],
      ['iommu_ioas_map', '{"iova": {}}', /iommu_ioas_map\.iova: expected an integer, found \{\}/],
      ['iommu_ioas_map', '{"iova": "1000 or so"}', /iommu_ioas_map\.iova: "1000 or so" is not an integer/],
      [
        'iommu_ioas_map',
        '[1]',
        /iommu_ioas_map\[0\]: expected an object with members of iommu_ioas_map, found 1/,
      ],
      [
        'iommu_ioas_map',
        `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
        /iommu_ioas_map\[0\]: expected an object with members of iommu_ioas_map, found \[+\.\.\.$/m,
      ],
      ['iommu_ioas_map', '{"flags": 1', /the JSON is not JSON: /],
      ['iommu_ioas_map', '{"flags": \x1b[31m', /^\P{Cc}+ is not JSON: \P{Cc}*\\u001b\P{Cc}*$/mu],
      ['iommu_ioas_map', 'none.json', /cannot read none\.json: no such file/],
      ['iommu_ioas_mpa', '{}', /unknown struct or ioctl iommu_ioas_mpa; did you mean iommu_ioas_map/],
      ['0x3b71', '{}', /ioctls have the number 0x3b71, --fd chooses: /],
      ['VFIO_GET_API_VERSION', '{}', /has no argument/],
      [
        'iommu_ioas_map',
        '{"name": "iommu_ioas_copy", "fields": {}}',
        /the JSON is of "iommu_ioas_copy", expected iommu_ioas_map/,
      ],
      [
        'pci_cap_pm',
        '{"pmc": {"versio": 1}}',
        /pci_cap_pm\.pmc\.versio: there are no such bits; did you mean version\?/,
      ],
      [
        'vfio_device_feature',
        '{"data": "0"}',
        /vfio_device_feature\.data: expected hex digits, two for each byte, found "0"/,
      ],
    ];
    for (const [name, text, message] of cases) {
      const { status, out, err } = await uapi('encode', name, text);
      expect([name, text, status, out]).toEqual([name, text, 2, '']);
      expect(err.split('\n')[0]).toMatch(/^uapi: error: /);
      expect(err).toMatch(message);
    }
  });
});
