import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReadError } from '../../src/read/read-error.ts';
import { readText } from '../../src/read/read-text.ts';
import { cpuTime } from '../helpers/cpu-time.ts';
import { dumpPrinters, type Printer, textPrinters } from './printers.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What a text is read as; the message if it is refused. */
function read(text: string, order: 'little' | 'big'): Uint8Array | string {
  try {
    return readText(text, order).bytes;
  } catch (error) {
    if (error instanceof ReadError) return error.message;
    throw error;
  }
}

/** Bytes with zeros that fill up the last word: without the line with the length, nothing says that they are none. */
const filled = (bytes: Uint8Array, width: number): string =>
  `${hex(bytes)}${'00'.repeat((width - (bytes.length % width)) % width)}`;

/** Payloads of all kinds: small numbers, zeros, text, spaces, random bytes; runs of alike rows. */
const payload = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
  fc
    .array(fc.constantFrom(0, 0, 0, 0, 1, 2, 40, 255), { minLength: 1, maxLength: 100 })
    .map((all) => Uint8Array.from(all)),
  fc.integer({ min: 1, max: 300 }).map((size) => new Uint8Array(size)),
  fc.stringMatching(/^[ -~]{1,120}$/).map((text) => new Uint8Array(Buffer.from(text, 'latin1'))),
  fc.stringMatching(/^[ 0-9a-f]{1,120}$/).map((text) => new Uint8Array(Buffer.from(text, 'latin1'))),
  fc
    .array(fc.tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.integer({ min: 1, max: 4 })), {
      maxLength: 4,
    })
    .chain((runs) =>
      fc
        .uint8Array({ minLength: 1, maxLength: 16 })
        .map((tail) =>
          Uint8Array.from([
            ...runs.flatMap(([row, times]) => Array.from({ length: times }, () => [...row]).flat()),
            ...tail,
          ]),
        ),
    ),
);

/** A payload that a form can print: forms of words print whole ones. */
const printed = (printers: readonly Printer[]): fc.Arbitrary<readonly [Printer, Uint8Array]> =>
  fc.tuple(fc.constantFrom(...printers), payload).map(([printer, bytes]) => {
    const { width, name } = printer;
    const isWhole =
      width > 1 && !name.startsWith('od') && !name.startsWith('hexdump') && !name.startsWith('xxd');
    if (!isWhole) return [printer, bytes] as const;
    const whole = new Uint8Array(Math.max(width, bytes.length - (bytes.length % width)));
    whole.set(bytes.subarray(0, whole.length));
    return [printer, whole] as const;
  });

const all = [...dumpPrinters, ...textPrinters];

describe('readText', () => {
  it('reads back what any program prints, or refuses it', () => {
    const counts = new Map<string, { read: number; refused: number }>();
    fc.assert(
      fc.property(printed(all), ([{ name, print, order, isCertain }, bytes]) => {
        const text = print(bytes);
        const found = read(text, order);
        const count = counts.get(name) ?? { read: 0, refused: 0 };
        counts.set(name, count);
        if (typeof found !== 'string') {
          count.read++;
          expect(hex(found), `${name}\n${text}`).toBe(hex(bytes));
          return;
        }
        count.refused++;
        if (isCertain) expect.fail(`${name} is refused: ${found}\n${text}`);
      }),
      { numRuns: 3000 },
    );
    // A form that is always refused would pass the law.
    const never = [...counts].filter(([, count]) => count.read === 0 && count.refused > 10);
    expect(never).toEqual([]);
  });

  const addressed = dumpPrinters.filter(({ isAddressed }) => isAddressed);
  const big = printed(addressed).filter(([, bytes]) => bytes.length > 48);

  it('reads of a dump that is cut anywhere behind its first row the start, or refuses it', () => {
    fc.assert(
      fc.property(
        big,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ([{ print, order, name, width }, bytes], where) => {
          const text = print(bytes);
          const first = text.indexOf('\n');
          const cut = text.slice(0, first + Math.floor((text.length - first) * where));
          const found = read(cut, order);
          if (typeof found === 'string') return;
          const isStart = filled(bytes, width).startsWith(hex(found));
          expect(isStart, `${name}\n${cut}\n${hex(found)}`).toBe(true);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('reads of a dump that has lost a line what is before or behind it, or refuses it', () => {
    fc.assert(
      fc.property(big, fc.nat(100), ([{ print, order, name, width }, bytes], which) => {
        const lines = print(bytes).trimEnd().split('\n');
        const lost = lines.filter((_, i) => i !== which % lines.length).join('\n');
        const found = read(lost, order);
        if (typeof found === 'string') return;
        const isEnd = filled(bytes, width).startsWith(hex(found)) || hex(bytes).endsWith(hex(found));
        expect(isEnd, `${name}\n${lost}\n${hex(found)}`).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses a dump with lines that changed places', () => {
    fc.assert(
      fc.property(big, fc.nat(100), fc.nat(100), ([{ print, order, name }, bytes], a, b) => {
        const lines = print(bytes).trimEnd().split('\n');
        const [left, right] = [a % lines.length, b % lines.length];
        const swapped = lines.map((line, i) =>
          i === left ? lines[right] : i === right ? lines[left] : line,
        );
        const found = read(swapped.join('\n'), order);
        if (left === right || typeof found === 'string') return;
        expect(hex(found), `${name}\n${swapped.join('\n')}`).toBe(hex(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('reads a dump with a changed character as one with at most one changed group, or refuses it', () => {
    const char = fc.oneof(fc.stringMatching(/^[0-9a-f :.*|-]$/), fc.stringMatching(/^[ -~]$/));
    fc.assert(
      fc.property(big, fc.nat(), char, ([{ print, order, name, width }, bytes], where, other) => {
        const text = print(bytes);
        const at = where % text.length;
        if (text[at] === '\n') return;
        const changed = `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
        const found = read(changed, order);
        if (typeof found === 'string') return;
        // The line with the length may have changed, too: it says how far the last word is filled up.
        const whole = Buffer.from(filled(bytes, width), 'hex');
        const wrong = [...found].filter((byte, i) => byte !== whole[i]).length;
        expect(found.length, `${name}\n${changed}`).toBeLessThanOrEqual(whole.length);
        expect(wrong, `${name}\n${changed}\n${hex(found)}`).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads dumps behind the beginnings of lines of mails and logs', () => {
    const prefix = fc.constantFrom(
      '',
      '> ',
      '>> ',
      '> > ',
      '+',
      '[  123.456789] ',
      '[    0.412346][    T1] ',
      '<6>[   12.000001] ',
      'iommufd: ',
      '[  123.456789] iommufd: ',
      '[  123.456789] vfio-pci 0000:07:00.0: ',
      'Nov 01 10:00:00 host kernel: ',
      'Nov  1 10:00:00 my-host.example kernel: [ 12.345678] ',
      '2026-12-01T10:00:00.123456+00:00 host kernel: ',
      '[Tue Dec  1 10:00:00 2026] ',
      '> [   1.000000] x: ',
    );
    const logged = printed(dumpPrinters.filter(({ isCertain }) => isCertain));
    fc.assert(
      fc.property(
        logged,
        fc.array(prefix, { minLength: 1, maxLength: 5 }),
        ([{ print, order, name }, bytes], prefixes) => {
          const lines = print(bytes).trimEnd().split('\n');
          const text = lines.map((line, i) => `${prefixes[i % prefixes.length]}${line}`).join('\r\n');
          const found = read(text, order);
          expect(typeof found === 'string' ? found : hex(found), `${name}\n${text}`).toBe(hex(bytes));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('is total, and fast: bytes or a refusal for any text', () => {
    const piece = fc.constantFrom(
      '00',
      '0000',
      '0x',
      '0x28',
      '00000000:',
      '0000000',
      '*',
      '\n',
      ' ',
      '\t',
      "b'",
      '"',
      '\\x28',
      '\\',
      '[',
      ']',
      '{',
      '}',
      ',',
      '|',
      '>',
      '...',
      '<repeats 9999999 times>',
      "'",
      '/*',
      '*/',
      '= ',
      'unsigned char x[9] ',
      'ffffffffffffffff: ',
      '0000100',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 40 }), (pieces) => {
        read(pieces.join(''), 'little');
      }),
      { numRuns: 2000 },
    );
    for (const piece of [
      '\n',
      ' ',
      '0',
      '00 ',
      '00000000: 00\n',
      '> ',
      '0x28, ',
      "'",
      '\\x00',
      '[1,',
      '/* ',
      '0x1 <',
      'a: ',
      '[ 1.0',
      '"\\0" ',
      '0-',
    ]) {
      const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
      const spent = cpuTime(() => read(text, 'little'));
      expect([piece, spent < 10_000]).toEqual([piece, true]);
    }
  });
});
