import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type ReadHow, readInput } from '../../src/cli/input.ts';
import { cpuTime } from '../helpers/cpu-time.ts';
import { uapi } from '../helpers/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, contents: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
};

/** Reads an input; its bytes as hex digits, and what was told. */
function read(
  argument: string,
  options: Partial<ReadHow> = {},
): readonly [hex: string, notes: readonly string[]] {
  const notes: string[] = [];
  const output = {
    line: () => {},
    bytes: () => {},
    note: (text: string) => notes.push(text),
    isTerminal: false,
  };
  const bytes = readInput(argument, { order: 'little', raw: undefined, output, ...options });
  return [Buffer.from(bytes).toString('hex'), notes];
}

const xxd = '00000000: 2800 0000 0700 0000                      (.......\n';

describe('readInput', () => {
  it('takes a name that is too long for a file for hex', () => {
    expect(read('ab'.repeat(5000))).toEqual(['ab'.repeat(5000), []]);
  });

  it('reads files, packed ones and arguments alike, and says which form it was', () => {
    const expected = '2800000007000000';
    for (const path of [
      file('xxd', xxd),
      file('xxd.gz', gzipSync(xxd)),
      file('dos', xxd.replace('\n', '\r\n')),
    ]) {
      expect(read(path)).toEqual([expected, [`uapi: ${path}: read as xxd, 8 bytes`]]);
    }
    const wide = file('wide', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(xxd, 'utf16le')]));
    expect(read(wide)).toEqual([expected, [`uapi: ${wide}: read as xxd, 8 bytes`]]);
    expect(read(xxd)).toEqual([expected, ['uapi: the input: read as xxd, 8 bytes']]);
    expect(read('0x28 0x00, 0x01')[1]).toEqual(['uapi: the input: read as bytes with 0x, 3 bytes']);
    expect(read(file('bom', '\ufeff28 00 00 00'))).toEqual(['28000000', []]);
  });

  it('reads words in the order that is asked for', () => {
    const words = '0x00000028 0x00000007';
    expect(read(words)).toEqual([
      '2800000007000000',
      ['uapi: the input: read as words with 0x, 2 little-endian 4-byte words'],
    ]);
    expect(read(words, { order: 'big' })).toEqual([
      '0000002800000007',
      ['uapi: the input: read as words with 0x, 2 big-endian 4-byte words'],
    ]);
  });

  it('takes binary files as they are, and printable ones only if that is asked for', () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
    expect(read(file('binary', bytes))).toEqual([Buffer.from(bytes).toString('hex'), []]);
    expect(read(file('ones', new Uint8Array(64).fill(0xff)))).toEqual(['ff'.repeat(64), []]);
    const text = file('text', 'wxyz');
    expect(() => read(text)).toThrow(/line 1: "wxyz" is not in a known form/);
    expect(read(text, { raw: true })).toEqual(['7778797a', []]);
    // A dump with a damaged character is no binary file.
    expect(() => read(file('damaged', xxd.replace('7', '\0')))).toThrow(
      /looks like text, but has the control character 0x00/,
    );
    expect(() => read(file('unmarked', Buffer.from(xxd, 'utf16le')))).toThrow(
      /UTF-16 text without a byte order mark/,
    );
  });

  it('refuses anything else in one line', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      [folder, /is a folder/],
      [file('empty', ''), /is empty/],
      [file('blank', ' \n\n'), /there are no hex digits/],
      ['nothing-like-it', /neither an existing file nor hex digits or other bytes/],
      ['no\u009b31m\u202e\u007f', /^"no\\u009b31m\\u202e\\u007f" is neither/],
      ['12 3', /is neither an existing file|odd number/],
      ['123', /odd number of hex digits \(3\) in 123/],
    ];
    for (const [argument, message] of cases) expect(() => read(argument), argument).toThrow(message);
  });

  it('takes time in proportion for a megabyte of line breaks', () => {
    // Milliseconds on an idle machine; more than a minute if each line costs a look at all that follow.
    const breaks = file('breaks', `${'\n'.repeat(1 << 20)}00`);
    const spent = cpuTime(() => expect(read(breaks)[0]).toBe('00'));
    expect(spent).toBeLessThan(10_000);
  });
});

describe('commands', () => {
  it('read bytes alike', async () => {
    const path = file('call.txt', '00000000: 0800 0000 0700 0000                      ........\n');
    const told = `uapi: ${path}: read as xxd, 8 bytes`;
    const decoded = await uapi('decode', 'IOMMU_DESTROY', path, '--brief');
    expect([decoded.status, decoded.err]).toEqual([0, told]);
    expect(decoded.out).toMatch(/id +object 7|id +7/);
    expect((await uapi('validate', 'IOMMU_DESTROY', path)).err).toBe(told);
    const ranges = file('ranges.txt', '0x0 0x0\n');
    const wrong = await uapi('decode', 'IOMMU_DESTROY', path, '--mem', `0x1000=${ranges}`);
    expect([wrong.status, wrong.err]).toEqual([
      2,
      expect.stringMatching(/^uapi: error: .*ranges.txt, line 1: /),
    ]);
  });

  it('take printable files as bytes with --raw-input', async () => {
    const path = file('raw.txt', 'abcdefgh');
    for (const command of ['decode', 'validate']) {
      const { err } = await uapi(command, 'IOMMU_DESTROY', path, '--raw-input');
      expect(err).toBe('');
    }
    expect((await uapi('pci', path, '--raw-input', '--raw')).raw).toEqual(
      new Uint8Array(Buffer.from('abcdefgh')),
    );
  });
});
