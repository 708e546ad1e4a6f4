import { describe, expect, it } from 'vitest';
import { ReadError } from '../../src/read/read-error.ts';
import { readText } from '../../src/read/read-text.ts';
import { describeReading } from '../../src/read/reading.ts';

/** An iommu_ioas_map, as a debugger or a log shows it. */
const payload = '2800000006000000010000000000000000d05b3a8d7f000000100000000000000000000000000000';
const pairs = payload.match(/../g) ?? [];
const escapes = pairs.map((pair) => `\\x${pair}`).join('');
const rows = [0, 16, 32].map((at) => pairs.slice(at, at + 16).join(' '));
const text = ['(...............', '..[:............', '........'];
const words = [
  '00000028',
  '00000006',
  '00000001',
  '00000000',
  '3a5bd000',
  '00007f8d',
  '00001000',
  '00000000',
  '00000000',
  '00000000',
];
const halves =
  '0028 0000 0006 0000 0001 0000 0000 0000 d000 3a5b 7f8d 0000 1000 0000 0000 0000 0000 0000 0000 0000'.split(
    ' ',
  );
const quads = [
  '0000000600000028',
  '0000000000000001',
  '00007f8d3a5bd000',
  '0000000000001000',
  '0000000000000000',
];

const offsets = (width: number): string[] => [0, 16, 32].map((at) => at.toString(16).padStart(width, '0'));
/** Rows with offsets: what stands before the bytes, the groups of each row, what stands behind. */
const dump = (
  width: number,
  mark: string,
  groups: readonly string[],
  behind = (_: string): string => '',
): string =>
  offsets(width)
    .map((offset, i) => `${offset}${mark}${groups[i] ?? ''}${behind(text[i] ?? '')}`)
    .join('\n');
const inRows = (all: readonly string[], perRow: number): string[] =>
  Array.from({ length: Math.ceil(all.length / perRow) }, (_, i) =>
    all.slice(i * perRow, (i + 1) * perRow).join(' '),
  );
const pairwise = (groups: readonly string[]): string[] =>
  groups.map((row) => row.replace(/(..) (..)/g, '$1$2'));
const gdb = (all: readonly string[], perRow: number, bytes: number, symbol = false): string =>
  inRows(all, perRow)
    .map((row, i) => {
      const name = symbol ? ` <map${i === 0 ? '' : `+${i * perRow * bytes}`}>` : '';
      return `0x${(0x7fff_ffff_e000 + i * perRow * bytes).toString(16)}${name}:\t${row.replace(/(\S+)/g, '0x$1').replaceAll(' ', '\t')}`;
    })
    .join('\n');
const logged = (line: string): string => line.replace(/^/gm, '[  123.456789] iommufd: ');

const plain = null;
const forms: readonly (readonly [name: string, text: string, told: string | null])[] = [
  ['hex digits', payload, plain],
  ['hex digits with spaces, capitals', pairs.join(' ').toUpperCase(), plain],
  ['xxd -p', `${payload.slice(0, 60)}\n${payload.slice(60)}\n`, plain],
  ['colons', pairs.join(':'), 'hex digits with colons, 40 bytes'],
  ['commas', pairs.join(','), 'hex digits with commas, 40 bytes'],
  ['0x bytes', pairs.map((pair) => `0x${pair}`).join(' '), 'bytes with 0x, 40 bytes'],
  ['0x bytes with commas', pairs.map((pair) => `0x${pair}`).join(', '), 'bytes with 0x, 40 bytes'],
  ['0x words', words.map((word) => `0x${word}`).join(' '), 'words with 0x, 10 little-endian 4-byte words'],
  ['xxd', dump(8, ': ', pairwise(rows), (own) => `  ${own}`), 'xxd, 40 bytes'],
  ['xxd -g 1', dump(8, ': ', rows, (own) => `  ${own}`), 'a hex dump with offsets, 40 bytes'],
  ['xxd -e', dump(8, ': ', inRows(words, 4), (own) => `  ${own}`), 'xxd -e, 10 little-endian 4-byte words'],
  [
    'xxd -i',
    `unsigned char p_bin[] = {\n  ${pairs.map((pair) => `0x${pair}`).join(', ')}\n};\nunsigned int p_bin_len = 40;\n`,
    'a C array, 40 bytes',
  ],
  ['hexdump', `${dump(7, ' ', inRows(halves, 8))}\n0000028`, 'hexdump, 20 little-endian 2-byte words'],
  [
    'hexdump -C',
    `${dump(
      8,
      '  ',
      rows.map((row) => row.replace(/^(.{23}) /, '$1  ')),
      (own) => `  |${own}|`,
    )}\n00000028`,
    'hexdump -C, 40 bytes',
  ],
  ['od -A x -t x1', `${dump(6, ' ', rows)}\n000028`, 'od -t x1, 40 bytes'],
  [
    'od -t x4',
    `0000000 ${inRows(words, 4).join('\n0000020 ').replace('20 00000000 0', '40 00000000 0')}\n0000050`,
    'od -t x4, 10 little-endian 4-byte words',
  ],
  ['od -A x -t x1z', `${dump(6, ' ', rows, (own) => `  >${own}<`)}\n000028`, 'od -t x1, 40 bytes'],
  ['gdb x/40xb', gdb(pairs, 8, 1), 'gdb x/xb, 40 bytes from 0x7fffffffe000 on'],
  ['gdb x/10xw', gdb(words, 4, 4), 'gdb x/xw, 10 little-endian 4-byte words from 0x7fffffffe000 on'],
  ['gdb x/5xg', gdb(quads, 2, 8), 'gdb x/xg, 5 little-endian 8-byte words from 0x7fffffffe000 on'],
  ['gdb x/40xb with symbols', gdb(pairs, 8, 1, true), 'gdb x/xb, 40 bytes from 0x7fffffffe000 on'],
  [
    'gdb x/10xw with symbols',
    gdb(words, 4, 4, true),
    'gdb x/xw, 10 little-endian 4-byte words from 0x7fffffffe000 on',
  ],
  [
    'gdb print',
    String.raw`$1 = "(\000\000\000\006\000\000\000\001\000\000\000\000\000\000\000\000\320[:\215\177\000\000\000\020", '\000' <repeats 14 times>`,
    'gdb print, 40 bytes (gdb leaves out the last byte of an array if it is zero)',
  ],
  [
    'lldb memory read',
    dump(1, ': ', rows, (own) => `  ${own}`).replace(
      /^(..?):/gm,
      (_, at: string) => `0x7fffffffe0${at.padStart(2, '0')}:`,
    ),
    'lldb memory read, 40 bytes from 0x7fffffffe000 on',
  ],
  [
    'crash rd',
    dump(16, ':  ', inRows(quads, 2), (own) => `   ${own}`),
    'crash rd, 5 little-endian 8-byte words',
  ],
  [
    'drgn, Python bytes',
    String.raw`b'(\x00\x00\x00\x06\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\xd0[:\x8d\x7f\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00'`,
    'Python bytes, 40 bytes',
  ],
  ['Python bytearray', `bytearray(b'${escapes}')`, 'Python bytes, 40 bytes'],
  [
    'Python list, bpftrace array',
    `[${pairs.map((pair) => Number.parseInt(pair, 16)).join(',')}]`,
    'a list of numbers, 40 bytes',
  ],
  ['C initialiser', `{ ${pairs.map((pair) => `0x${pair}`).join(', ')} }`, 'a C array, 40 bytes'],
  ['strace -xx', `"${escapes}"`, 'a string, 40 bytes'],
  [
    'strace, octal',
    String.raw`"(\0\0\0\6\0\0\0\1\0\0\0\0\0\0\0\0\320[:\215\177\0\0\0\20\0\0\0\0\0\0\0\0\0\0\0\0\0\0"`,
    'a string, 40 bytes',
  ],
  ['bpftrace buffer', `@buf: ${escapes}`, 'bytes with \\x, 40 bytes'],
  ['the log of a kernel', logged(dump(8, ': ', rows, (own) => `  ${own}`)), 'a kernel hex dump, 40 bytes'],
  [
    'the journal',
    dump(8, ': ', rows).replace(/^/gm, 'Nov 01 10:00:00 host kernel: iommufd: '),
    'a kernel hex dump, 40 bytes',
  ],
  ['Wireshark', dump(4, '   ', rows), 'a hex dump with offsets, 40 bytes'],
];

const refused: readonly (readonly [text: string, message: RegExp])[] = [
  ['ioctl(3, _IOC(_IOC_NONE, 0x3b, 0x85, 0), 0x7ffe81019d00) = -1 ENOTTY', /only the address of the bytes/],
  [
    "0.000 ( 0.002 ms): qemu/1234 ioctl(fd: 3, cmd: (';', 0x85, 0), arg: 0x7ffd4a5bd000) = 0",
    /only the address/,
  ],
  [`"${escapes}"...`, /cut short/],
  [String.raw`$1 = "(\000\000\000"...`, /cut short/],
  ['[40, 0, 0...]', /cut short/],
  ['0x28 0x6', /odd number of hex digits \(1\)/],
  ['0x28 0x00000006', /more than one width/],
  ['{ 0x28, 0x0, 0x6 }', /width of the values/],
  ['{ 40, 0, 6 }', /width of the values/],
  ['[40, 0, 256]', /256 does not fit a byte/],
  ['unsigned long x[] = { 1 };', /depends on the machine/],
  [words.join(' '), /little-endian words or bytes in the order of their digits/],
  [dump(8, ': ', inRows(words, 4)), /little-endian words or bytes in the order of their digits/],
  ['0000000 000050 000000 000006 000000\n0000010', /./],
  ['00000000: 28 00 00 00\n00000005: 06 00', /1 bytes are missing/],
  ['00000000: 28 00 00 00\n00000003: 06 00', /goes back/],
  ['00000000  28 00 |(.|\n*\n', /the address of its end is missing/],
  ['00000000  28 00  |((|', /does not match the bytes/],
  ['10,20,30,40', /decimal ones as well/],
  ['00 28 00 00 00\n04 06 00 00 00', /may be offsets as well/],
  ['"28000000"', /may be meant as such/],
  ['0x7fffffffe000:\t40\t10\t20\t30', /does not match the bytes/],
  ['Dear all,', /not in a known form/],
  ['', /no hex digits/],
];

describe('readText', () => {
  it.each(forms)('reads %s', (_, own, told) => {
    const reading = readText(own, 'little');
    expect(Buffer.from(reading.bytes).toString('hex')).toBe(payload);
    expect(describeReading(reading)).toBe(told === null ? null : `read as ${told}`);
  });

  it('knows the 35 usual forms', () => {
    expect(forms.length).toBe(35);
  });

  it.each(refused)('refuses %j', (own, message) => {
    expect(() => readText(own, 'little')).toThrow(ReadError);
    expect(() => readText(own, 'little')).toThrow(message);
  });

  it('reads words in the order that is asked for', () => {
    const big = Buffer.from(readText(gdb(words, 4, 4), 'big').bytes).toString('hex');
    expect(big).toBe(words.join(''));
    // The text column says that these are little-endian ones.
    expect(() =>
      readText(
        dump(8, ': ', inRows(words, 4), (own) => `  ${own}`),
        'big',
      ),
    ).toThrow(/does not match the bytes/);
  });
});
