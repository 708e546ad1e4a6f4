import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfigDump } from '../../../src/read/config-dump.ts';
import { uapi } from '../../helpers/run-cli.ts';
import { dumpText, madeUpSpace, recordedSpaces } from '../dumps.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-pci-'));
const file = (name: string, contents: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
};
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

beforeAll(() => {
  process.env['UAPIKIT_CACHE'] = join(folder, 'cache');
  process.env['UAPIKIT_PCI_IDS'] = file(
    'pci.ids',
    '# names\n8086  Somebody Inc.\n\t1234  Wonder Card\n\t\t0001 0002  Wonder Card, red\nC 02  Network\n\t00  Ethernet controller\n',
  );
});
afterAll(() => {
  delete process.env['UAPIKIT_PCI_IDS'];
  rmSync(folder, { recursive: true });
});

interface Device {
  readonly slot: string | null;
  readonly size: number;
  readonly missing?: readonly { readonly offset: number; readonly size: number }[];
  readonly header: Record<string, unknown>;
  readonly capabilities: readonly {
    readonly kind: string;
    readonly offset: number;
    readonly id: number;
    readonly version?: number;
    readonly name: string | null;
    readonly size: number;
    readonly fields: Record<string, unknown>;
    readonly bytes?: string;
  }[];
  readonly issues: readonly { readonly code: string; readonly offset: number; readonly message: string }[];
}

async function json(...args: readonly string[]): Promise<readonly Device[]> {
  const { status, out, err } = await uapi('pci', ...args, '--json');
  expect([status, err]).toEqual([0, '']);
  return JSON.parse(out) as readonly Device[];
}

describe('uapi pci --json', () => {
  it('lists the capabilities with their fields, and keeps what nothing describes as bytes', async () => {
    const [device] = await json(hex(madeUpSpace()));
    expect(device).toMatchObject({ slot: null, size: 256, issues: [] });
    expect(device?.header).toMatchObject({ vendor_id: 0x8086, status: { capabilities_list: 1 } });
    expect(device?.capabilities.map(({ kind, offset, id, name }) => [kind, offset, id, name])).toEqual([
      ['std', 0x40, 1, 'pci_cap_pm'],
      ['std', 0x50, 5, 'pci_cap_msi'],
      ['std', 0x60, 0x7e, null],
    ]);
    expect(device?.capabilities[1]).toMatchObject({
      size: 14,
      fields: { flags: { enable: 1, address_64: 1 }, data_64: 0x4021 },
    });
    expect(device?.capabilities[2]?.bytes).toMatch(/^7e00aabbccdd/);
  });

  it('reads one space in every form alike', async () => {
    const bytes = madeUpSpace();
    const [expected] = await json(hex(bytes));
    const text = dumpText('00:1f.0', bytes);
    const verbose = text.replace(
      '\n',
      '\n\tControl: I/O+ Mem+\n\tCapabilities: [40] Power Management\n\t\tFlags: PMEClk-\n',
    );
    mkdirSync(join(folder, 'devices', '0000:00:1f.0'), { recursive: true });
    writeFileSync(join(folder, 'devices', '0000:00:1f.0', 'config'), bytes);
    mkdirSync(join(folder, 'named'));
    writeFileSync(join(folder, 'named', '0000:00:1f.0'), bytes);
    const forms: readonly (readonly [string, string | null])[] = [
      [file('raw.bin', bytes), null],
      [file('raw.hex', `${hex(bytes)}\n`), null],
      [file('raw.gz', gzipSync(bytes)), null],
      [hex(bytes).replace(/../g, '$& '), null],
      [file('plain.dump', text), '00:1f.0'],
      [file('plain.dump.gz', gzipSync(text)), '00:1f.0'],
      [file('dos.dump', text.replaceAll('\n', '\r\n')), '00:1f.0'],
      [file('verbose.dump', verbose), '00:1f.0'],
      [file('indented.dump', text.replace(/^/gm, '  ')), '00:1f.0'],
      [file('domain.dump', text.replace('00:1f.0', '10000:00:1F.0')), '10000:00:1f.0'],
      [file('bare.dump', text.replace(/^.*\n/, '')), null],
      [join(folder, 'devices'), '0000:00:1f.0'],
      [join(folder, 'devices', '0000:00:1f.0'), '0000:00:1f.0'],
      [join(folder, 'devices', '0000:00:1f.0', 'config'), '0000:00:1f.0'],
      [join(folder, 'named'), '0000:00:1f.0'],
    ];
    for (const [form, slot] of forms)
      expect([form, await json(form)]).toEqual([form, [{ ...expected, slot }]]);
  });

  it('takes bytes that a dump leaves out below its end for 0xff', async () => {
    const path = file('holes.dump', dumpText('00:01.0', madeUpSpace()).replace(/^60: .*\n/m, ''));
    const { out, err } = await uapi('pci', path, '--json');
    expect(err).toBe(`uapi: ${path}: 00:01.0: 16 bytes missing from 0x60 on, read as 0xff`);
    const [device] = JSON.parse(out) as readonly Device[];
    expect(device?.missing).toEqual([{ offset: 0x60, size: 16 }]);
    expect((await uapi('pci', path)).out).toContain(
      '! bytes 0x60 to 0x6f are missing in the input, read as 0xff',
    );
    expect(device?.capabilities.map(({ name }) => name)).toEqual(['pci_cap_pm', 'pci_cap_msi']);
    expect(device?.issues).toMatchObject([{ code: 'broken', offset: 0x60 }]);
    expect(device?.size).toBe(256);
  });

  it('chooses devices and capabilities', async () => {
    const path = file(
      'two.dump',
      dumpText('00:01.0', madeUpSpace()) + dumpText('0000:00:02.0', madeUpSpace(64)),
    );
    expect((await json(path)).map(({ slot }) => slot)).toEqual(['00:01.0', '0000:00:02.0']);
    expect((await json(path, '--slot', '00:02.0')).map(({ slot }) => slot)).toEqual(['0000:00:02.0']);
    for (const name of ['msi', 'pci_cap_msi', 'PCI_CAP_ID_MSI', '0x5']) {
      const [device] = await json(path, '--slot', '0000:00:01.0', '--only', name);
      expect([name, device?.capabilities.map((one) => one.name)]).toEqual([name, ['pci_cap_msi']]);
    }
  });

  it('finds extended capabilities by the initials that people know them by', async () => {
    const space = [...recordedSpaces().values()].find((bytes) => bytes.length === 4096 && bytes[0x100] === 1);
    const [device] = await json(file('aer.bin', space ?? new Uint8Array(0)), '--only', 'aer');
    expect(device?.capabilities).toMatchObject([
      { kind: 'ext', offset: 0x100, id: 1, name: 'pci_ext_cap_err' },
    ]);
  });
});

describe('uapi pci', () => {
  it('prints names, values, units and meanings', async () => {
    const { status, out } = await uapi('pci', file('text.dump', dumpText('00:1f.0', madeUpSpace())));
    expect(status).toBe(0);
    expect(out).toContain('00:1f.0 Ethernet controller: Somebody Inc. Wonder Card [8086:1234] (rev 02)');
    expect(out).toContain('[40] Power management, id 0x01, 8 bytes  pci_cap_pm');
    expect(out).toMatch(/\+ bus_master +May start transactions/);
    expect(out).toMatch(/devsel_timing +0 +fast/);
    expect(out).toMatch(/address +0x0{8}fee00004|= 0xfee00004/);
    expect(out).toContain('[60] unknown capability, id 0x7e, 160 bytes  not described');
  });

  it('says what is wrong with a list beside what it could read', async () => {
    const bytes = madeUpSpace();
    bytes[0x51] = 0x40;
    const { status, out } = await uapi('pci', hex(bytes));
    expect(status).toBe(0);
    expect(out).toMatch(/! loop at 0x51 in pci_std/);
  });

  it('shows bits without a name and reserved ones that are set, and no other reserved ones', async () => {
    const bytes = madeUpSpace();
    bytes[0x06] = 0x12;
    const { out } = await uapi('pci', hex(bytes));
    expect(out).toMatch(/reserved_2_1 +0x1 +reserved, but set/);
    expect(out).not.toMatch(/reserved_15_11/);
  });

  it('is brief or verbose when asked', async () => {
    const space = hex(madeUpSpace());
    const [brief, normal, verbose] = await Promise.all(
      [['--brief'], [], ['--verbose']].map((options) => uapi('pci', space, ...options)),
    );
    expect(brief?.out.length).toBeLessThan(normal?.out.length ?? 0);
    expect(normal?.out.length).toBeLessThan(verbose?.out.length ?? 0);
    expect(verbose?.out).toMatch(/- special_cycles +\[RW\] Listens/);
  });

  it('is coloured only where colours are wanted', async () => {
    process.env['FORCE_COLOR'] = '1';
    const coloured = await uapi('pci', hex(madeUpSpace()));
    process.env['NO_COLOR'] = '1';
    const plain = await uapi('pci', hex(madeUpSpace()));
    delete process.env['FORCE_COLOR'];
    delete process.env['NO_COLOR'];
    expect(coloured.out).toContain('\u001b[');
    expect(plain.out).not.toContain('\u001b[');
  });
});

describe('uapi pci --raw', () => {
  it('writes every recorded space as it came, in the form that it came in', async () => {
    const spaces = [...recordedSpaces()];
    for (const [slot, bytes] of spaces) {
      expect([slot, (await uapi('pci', file('one.bin', bytes), '--raw')).raw]).toEqual([slot, bytes]);
    }
    const text = spaces.map(([slot, bytes]) => dumpText(slot, bytes)).join('');
    expect(`${(await uapi('pci', file('all.dump', text), '--raw')).out}\n`).toBe(text);
  });

  it('gives back any bytes', async () => {
    const space = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc
        .tuple(
          fc.constantFrom(...recordedSpaces().values()),
          fc.array(fc.tuple(fc.nat(4095), fc.nat(255)), { maxLength: 8 }),
        )
        .map(([bytes, changes]) => {
          const changed = bytes.slice();
          for (const [offset, byte] of changes) if (offset < changed.length) changed[offset] = byte;
          return changed;
        }),
      fc
        .tuple(fc.constantFrom(...recordedSpaces().values()), fc.nat(4095))
        .map(([bytes, end]) => bytes.slice(0, end + 1)),
    );
    await fc.assert(
      fc.asyncProperty(space, async (bytes) => {
        const input = hex(bytes);
        expect((await uapi('pci', input, '--raw')).raw).toEqual(bytes);
        for (const run of [await uapi('pci', input), await uapi('pci', input, '--json')]) {
          expect([run.status, run.err]).toEqual([0, '']);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('uapi pci diff', () => {
  it('says by device, capability and field what differs, with status 1', async () => {
    const before = madeUpSpace();
    const after = before.slice();
    after[0x5c] = 0x22;
    after[0xf0] = 7;
    const a = file('a.dump', dumpText('00:01.0', before) + dumpText('00:02.0', before));
    const b = file('b.dump', dumpText('00:01.0', after) + dumpText('00:03.0', before));
    const { status, out } = await uapi('pci', 'diff', a, b);
    expect(status).toBe(1);
    expect(out).toMatch(/\[50\] Message signaled interrupts {2}pci_cap_msi\n +data_64 +0x4021 -> 0x4022/);
    expect(out).toContain('00:02.0: only in the first');
    expect(out).toContain('00:03.0: only in the second');
    const document = JSON.parse((await uapi('pci', 'diff', a, b, '--json')).out) as {
      slot: string;
      kind: string;
    }[];
    expect(document.map(({ slot, kind }) => [slot, kind])).toEqual([
      ['00:01.0', 'changed'],
      ['00:02.0', 'only-before'],
      ['00:03.0', 'only-after'],
    ]);
  });

  it('is silent about what is the same, with status 0', async () => {
    const a = file('same.dump', dumpText('00:01.0', madeUpSpace()));
    expect(await uapi('pci', 'diff', a, a)).toEqual({ status: 0, out: '', err: '' });
    // One device on each side is compared whatever its address.
    expect((await uapi('pci', 'diff', a, hex(madeUpSpace()))).status).toBe(0);
  });

  it('compares only what is asked for', async () => {
    const after = madeUpSpace();
    after[0x5c] = 0x22;
    const [a, b] = [hex(madeUpSpace()), hex(after)];
    expect((await uapi('pci', 'diff', a, b, '--only', 'pm')).status).toBe(0);
    expect((await uapi('pci', 'diff', a, b, '--only', 'msi')).status).toBe(1);
  });
});

describe('wrong input', () => {
  it('is answered with one line and status 2', async () => {
    const large = file('large.bin', new Uint8Array(5000));
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['123'], /odd number of hex digits \(3\)/],
      [['no-such-file'], /neither an existing file nor hex digits/],
      [[file('empty', '')], /is empty/],
      [[large], /5000 bytes, but a config space has at most 4096/],
      [[file('cut.gz', gzipSync(madeUpSpace()).subarray(0, 30))], /broken gzip file: it is cut short/],
      [[file('text', 'Dear all,\n')], /holds no config space/],
      [[file('damaged.dump', '00:01.0 X\n00: 86 80 1\n')], /line 2: damaged hex line/],
      [[file('far.dump', '00:01.0 X\n1000: 86 80\n')], /line 2: config spaces end at 0x1000/],
      [[folder], /holds no devices/],
      [[hex(madeUpSpace()), '--slot', 'x'], /--slot x is not an address/],
      [[hex(madeUpSpace()), '--slot', '00:01.0'], /no device 00:01.0/],
      [[hex(madeUpSpace()), '--only', 'msj'], /no such capability; did you mean msi/],
    ];
    for (const [args, message] of cases) {
      const { status, err, out } = await uapi('pci', ...args);
      expect([args, status, out]).toEqual([args, 2, '']);
      expect(err.split('\n')[0]).toMatch(/^uapi: error: /);
      expect(err).toMatch(message);
    }
  });
});

/** Dumps of real devices that lie outside of the repository. */
const samples = process.env['UAPIKIT_SAMPLES'];

describe.skipIf(samples === undefined)('dumps of real devices (UAPIKIT_SAMPLES names their folder)', () => {
  const names = samples === undefined ? [] : readdirSync(samples).filter((name) => name.endsWith('.dump'));

  it('are read without a mistake, and written again as they were', async () => {
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const path = join(samples ?? '', name);
      const { status, out, err } = await uapi('pci', path, '--raw');
      expect([name, status, err]).toEqual([name, 0, '']);
      const spaces = (text: Uint8Array): unknown =>
        readConfigDump(Buffer.from(text).toString()).devices.map(({ slot, bytes }) => [slot, hex(bytes)]);
      expect([name, spaces(Buffer.from(out))]).toEqual([name, spaces(readFileSync(path))]);
      expect([name, (await uapi('pci', path)).status]).toEqual([name, 0]);
    }
  });
});
