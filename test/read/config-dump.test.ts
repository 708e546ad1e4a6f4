import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfigDump } from '../../src/read/config-dump.ts';
import type { DumpedDevice } from '../../src/read/open-device.ts';
import { ReadError } from '../../src/read/read-error.ts';
import { columnOf, dump } from './printers.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The header of a config space of 256 bytes, with some bytes behind it. */
const space: Uint8Array = new Uint8Array(256);
space.set([0xee, 0x10, 0xc6, 0x3f, 0x06, 0x00, 0x10, 0x00, 0xd2, 0x00, 0x01, 0x04, 0x10]);
space.set([0x01, 0x48, 0x03, 0x00, 0x08, 0x20, 0x00, 0x1e], 0x40);
space[0x34] = 0x40;
space[0xff] = 0x5a;

const rows = { perRow: 16, width: 1, words: 'printed', between: ' ', mark: ': ' } as const;
const offset = (width: number) => (at: number) => at.toString(16).padStart(width, '0');
const lspci = (bytes: Uint8Array): string => dump(bytes, { ...rows, address: offset(2) });
const kernel = (bytes: Uint8Array): string => dump(bytes, { ...rows, address: offset(8) });
const hexdumpC = (bytes: Uint8Array): string =>
  dump(bytes, {
    ...rows,
    address: offset(8),
    mark: '  ',
    half: '  ',
    column: (text) => `  |${text}|`,
    squeezes: true,
    end: true,
  });
const xxd = (bytes: Uint8Array): string =>
  dump(bytes, { ...rows, address: offset(8), width: 2, column: (text) => `  ${text}` });
const od = (bytes: Uint8Array, width = 1): string =>
  dump(bytes, {
    ...rows,
    address: offset(6),
    width,
    words: width === 1 ? 'printed' : 'little',
    mark: ' ',
    squeezes: true,
    end: true,
  });
const shell = (bytes: Uint8Array): string =>
  dump(bytes, { ...rows, address: offset(8), half: '-', column: (text) => `  *${text}*` });

const prefixed = (prefix: string, text: string): string => text.replace(/^(?=.)/gm, prefix);
const title = '07:00.0 Multimedia audio controller: Somebody (rev d2)\n';

/** Devices of a text; the message if it is refused. */
function read(text: string): readonly (readonly [slot: string | null, bytes: string])[] | string {
  try {
    return readConfigDump(text).devices.map(({ slot, bytes }) => [slot, hex(bytes)]);
  } catch (error) {
    if (error instanceof ReadError) return error.message;
    throw error;
  }
}

const only = (text: string): DumpedDevice | undefined => readConfigDump(text).devices[0];

describe('readConfigDump', () => {
  const early = `pci 0000:07:00.0: config space:\n${kernel(space)}`;
  const old = `pci 0000:07:00.0 config space:\n${prefixed('  ', lspci(space))}`;
  const shellTitle = 'PCI Segment 00 Bus 07 Device 00 Func 00 [EFI 0007000000]\n';
  const forms: readonly (readonly [name: string, text: string, slot: string | null])[] = [
    ['lspci -xxx', title + lspci(space), '07:00.0'],
    ['without a title', lspci(space), null],
    ['a mail', prefixed('> ', title + lspci(space)), '07:00.0'],
    ['a mail twice quoted', prefixed('>> ', title + lspci(space)), '07:00.0'],
    ['a mail quoted in another way', prefixed('> > ', title + lspci(space)), '07:00.0'],
    ['a patch', prefixed('+', title + lspci(space)), '07:00.0'],
    ['earlydump', prefixed('[    0.412346] ', early), '0000:07:00.0'],
    ['earlydump of old kernels', prefixed('[    0.412346] ', old), '0000:07:00.0'],
    ['earlydump without times', early, '0000:07:00.0'],
    ['the journal', prefixed('Nov 01 10:00:00 host kernel: ', early), '0000:07:00.0'],
    [
      'syslog with times of the kernel',
      prefixed('Nov  1 10:00:00 host kernel: [    0.412346] ', early),
      '0000:07:00.0',
    ],
    ['ISO times', prefixed('2026-11-01T10:00:00.000000+01:00 host kernel: ', early), '0000:07:00.0'],
    ['a quoted journal', prefixed('> Nov 01 10:00:00 host kernel: ', early), '0000:07:00.0'],
    ['hexdump -C', hexdumpC(space), null],
    ['hexdump -C behind an address', `0000:07:00.0\n${hexdumpC(space)}`, '0000:07:00.0'],
    ['xxd', xxd(space), null],
    ['xxd of a path', `==> /sys/bus/pci/devices/0000:07:00.0/config <==\n${xxd(space)}`, '0000:07:00.0'],
    ['od -t x1', od(space), null],
    ['od -t x4', od(space, 4), null],
    ['the UEFI shell', shellTitle + prefixed('  ', shell(space)), '0000:07:00.0'],
    ['text after the bytes', title + lspci(space).replace(/$(?=\n40)/m, '  <- here'), '07:00.0'],
    ['long lines that were broken', title + lspci(space).replace(/^(.{46}) /gm, '$1\n'), '07:00.0'],
    [
      'long quoted lines that were broken',
      prefixed('> ', title + lspci(space)).replace(/^(> .. ?.{45}) (?=..)/gm, '$1\n'),
      '07:00.0',
    ],
    [
      'lspci -v',
      `${title}\tControl: I/O+ Mem+\n\tCapabilities: [40] Power Management\n${lspci(space)}`,
      '07:00.0',
    ],
    ['DOS', (title + lspci(space)).replaceAll('\n', '\r\n'), '07:00.0'],
  ];

  it.each(forms)('reads %s', (_, text, slot) => {
    expect(read(text)).toEqual([[slot, hex(space)]]);
    expect(only(text)?.missing).toEqual([]);
  });

  it('keeps devices apart in every form', () => {
    const other = space.slice();
    other[0] = 0x86;
    for (const [name, text] of forms) {
      const twice = `${text}\n${text.replaceAll('07:00.0', '08:00.0').replaceAll('Bus 07', 'Bus 08')}`;
      const found = read(twice);
      expect([name, typeof found === 'string' ? found : found.map(([, bytes]) => bytes)]).toEqual([
        name,
        [hex(space), hex(space)],
      ]);
    }
    const mixed = `${title}${lspci(space)}\n0000:08:00.0\n${hexdumpC(other)}`;
    expect(read(mixed)).toEqual([
      ['07:00.0', hex(space)],
      ['0000:08:00.0', hex(other)],
    ]);
  });

  it('tells which bytes are missing', () => {
    for (const [name, text] of forms) {
      if (!/\n\S*\W*0*60:/.test(text)) continue;
      const device = only(text.replace(/\n[^\n]*\b0*60: [^\n]*/, ''));
      expect([name, device?.missing]).toEqual([name, [{ offset: 0x60, size: 16 }]]);
      expect(hex(device?.bytes.subarray(0x60, 0x70) ?? new Uint8Array(0))).toBe('ff'.repeat(16));
    }
    expect(only('00:01.0 X\n40: 01 02\n')?.missing).toEqual([{ offset: 0, size: 0x40 }]);
  });

  it('refuses damaged rows', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['00:01.0 X\n00: 86 80 1\n', /damaged hex line/],
      ['00:01.0 X\n1000: 86 80\n', /config spaces end at 0x1000/],
      ['00:01.0 X\n10: 86 80\n10: 00 00\n', /goes back/],
      ['00:01.0 X\n00000010: 8680 3412  ..4.\n', /begins at 0x10/],
      [`${title}${xxd(space).replace('ee10', 'ef1 ')}`, /./],
      [xxd(space).replace('ee10', 'aa10').replace('...?', 'ab.?'), /does not match the bytes/],
    ];
    for (const [text, message] of cases) expect(() => readConfigDump(text), text).toThrow(message);
  });

  it('never takes an offset for a byte: bytes of any form, of any size, or a refusal', () => {
    const size = fc.integer({ min: 17, max: 400 });
    const bytes = size.chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
    const form = fc.constantFrom(lspci, kernel, hexdumpC, xxd, od, shell);
    fc.assert(
      fc.property(bytes, form, fc.double({ min: 0, max: 1, noNaN: true }), (all, print, where) => {
        const text = print(all);
        const whole = read(text);
        if (typeof whole !== 'string') expect(whole).toEqual([[null, hex(all)]]);
        const first = text.indexOf('\n');
        const cut = read(text.slice(0, first + Math.floor((text.length - first) * where)));
        if (typeof cut === 'string') return;
        expect(cut.length).toBe(1);
        expect(hex(all).startsWith(cut[0]?.[1] ?? 'x'), text).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is total: gives devices or a ReadError for any text', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '00:1f.0 X',
        '00: 86 80',
        'ff0: 00 01 02',
        '\tControl: I/O+',
        '',
        '0000:00:01.0',
        '10: ',
        '100: 0',
        ':',
        '*',
        '00000000: 8680',
        '0000000',
        '000000 86 80',
        '00 00',
      ),
      fc.string({ maxLength: 30 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const found = read(lines.join(end));
        if (typeof found === 'string') return;
        for (const [, bytes] of found) expect(bytes.length).toBeLessThanOrEqual(8192);
      }),
    );
  });

  it('has the text column of its own printers right', () => {
    expect(columnOf(Uint8Array.of(0x41, 0x20, 0x00, 0xff))).toBe('A ..');
  });
});
