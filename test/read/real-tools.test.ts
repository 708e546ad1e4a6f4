import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ReadError } from '../../src/read/read-error.ts';
import { readText } from '../../src/read/read-text.ts';
import { hasTool, type Tool } from '../helpers/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-tools-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'p.bin');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Payloads as calls have them, drawn by a seed; each one with what a run of every program costs. */
const payloads: readonly Uint8Array[] = [
  ...fc.sample(fc.uint8Array({ minLength: 2, maxLength: 200 }), { numRuns: 4, seed: 7 }),
  ...fc
    .sample(fc.array(fc.constantFrom(0, 0, 0, 1, 6, 40, 65, 32, 97, 255), { minLength: 3, maxLength: 150 }), {
      numRuns: 4,
      seed: 8,
    })
    .map((all) => Uint8Array.from(all)),
  new Uint8Array(96),
  new Uint8Array(Buffer.from('a text of forty bytes, | > < * and more..')),
];

type Order = 'little' | 'big';

/** What a program prints of a payload, as it is read; the message if it is refused. */
function readBack(command: string, args: readonly string[], order: Order): string {
  return readPrinted(
    execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    order,
  );
}

function readPrinted(text: string, order: Order): string {
  try {
    return hex(readText(text, order).bytes);
  } catch (error) {
    if (error instanceof ReadError) return `refused: ${error.message}`;
    throw error;
  }
}

interface Options {
  readonly args: readonly string[];
  readonly order?: Order;
  /** True if every payload is read; otherwise some may be refused. */
  readonly isCertain?: boolean;
  /** True if the program fills up the last word and says nothing about it. */
  readonly fills?: number;
}

const certain = (...args: readonly string[]): Options => ({ args, isCertain: true });
const open = (...args: readonly string[]): Options => ({ args });

const tools: readonly (readonly [tool: Tool, runs: readonly Options[]])[] = [
  [
    'xxd',
    [
      certain(),
      certain('-u'),
      certain('-g1'),
      certain('-a'),
      certain('-c', '8'),
      certain('-c', '24'),
      certain('-i'),
      certain('-d'),
      certain('-o', '0x100'),
      open('-p'),
      open('-p', '-c', '8'),
      open('-e'),
      open('-g4'),
      open('-g8'),
      open('-e', '-g8'),
      open('-g0'),
      open('-b'),
      open('-E'),
      open('-a', '-d', '-g1'),
    ],
  ],
  [
    'hexdump',
    [
      certain('-C'),
      certain('-v', '-C'),
      certain('-v'),
      open(),
      open('-x'),
      open('-o'),
      open('-d'),
      open('-b'),
      open('-c'),
      open('-v', '-e', '4/4 "%08x " "\n"'),
      open('-v', '-e', '16/1 "%02x " "\n"'),
      open('-v', '-e', '"%08_ax " 4/4 "%08x " "\n"'),
    ],
  ],
  [
    'od',
    [
      certain('-v', '-t', 'x1'),
      certain('-v', '-A', 'x', '-t', 'x1z'),
      certain('-v', '-A', 'd', '-t', 'x2'),
      certain('-v', '-t', 'x4z'),
      certain('-v', '-t', 'x8z'),
      certain('-v', '-x'),
      { ...certain('-v', '-t', 'x4z', '--endian=big'), order: 'big' },
      open('-t', 'x1'),
      open('-A', 'x', '-t', 'x4'),
      open('-A', 'n', '-t', 'x1'),
      { ...open('-A', 'n', '-t', 'x4'), fills: 4 },
      open(),
      open('-b'),
      open('-c'),
      open('-t', 'd4'),
      open('-t', 'u1'),
      open('-A', 'n', '-t', 'u1'),
      open('-t', 'x1', '-t', 'x4'),
      open('-w8', '-t', 'x8'),
    ],
  ],
];

describe.each(tools)('%s', (tool, runs) => {
  it.skipIf(!hasTool(tool))('prints what is read back, or refused', () => {
    let read = 0;
    for (const bytes of payloads) {
      writeFileSync(path, bytes);
      for (const { args, order = 'little', isCertain, fills = 1 } of runs) {
        const found = readBack(tool, [...args, path], order);
        const label = [tool, ...args, hex(bytes)].join(' ');
        if (found.startsWith('refused: ') && isCertain !== true) continue;
        const padding = '00'.repeat((fills - (bytes.length % fills)) % fills);
        expect(found, label).toBe(hex(bytes) + padding);
        read++;
      }
    }
    expect(read).toBeGreaterThan(payloads.length);
  });
});

const pythonCode: readonly string[] = [
  'print(b)',
  'print(bytearray(b))',
  'print(list(b))',
  'print(b.hex())',
  'print(b.hex(":"))',
  'print(b.hex(" "))',
  'pprint.pprint(b)',
  'print(array.array("B", b))',
  'print(binascii.hexlify(b))',
  'print("bytes.fromhex(%r)" % b.hex())',
];

const pythonProgram = `
import array, binascii, contextlib, io, json, pprint, sys
codes, payloads = json.load(sys.stdin)
found = []
for text in payloads:
    b = bytes.fromhex(text)
    for code in codes:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(code)
        found.append((code, text, out.getvalue()))
json.dump(found, sys.stdout)
`;

describe.skipIf(!hasTool('python3'))('python3', () => {
  it('prints what is read back, or refused', () => {
    const input = JSON.stringify([pythonCode, payloads.map(hex)]);
    const text = execFileSync('python3', ['-c', pythonProgram], { input, encoding: 'utf8' });
    const read = new Map<string, number>();
    for (const [code, expected, printed] of JSON.parse(text) as [string, string, string][]) {
      const found = readPrinted(printed, 'little');
      if (found.startsWith('refused: ')) continue;
      expect(found, `${code}\n${printed}`).toBe(expected);
      read.set(code, (read.get(code) ?? 0) + 1);
    }
    // Digits in quotes may be text.
    expect([...read.keys()]).toEqual(pythonCode.filter((code) => !code.includes('hexlify')));
  });
});

describe.skipIf(!hasTool('gdb') || !hasTool('gcc'))('gdb', () => {
  it('prints what is read back, or refused', () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) =>
      i < 9 ? ([40, 0, 0, 0, 6, 0, 0, 0, 1][i] ?? 0) : i > 24 ? 0 : i * 37,
    );
    bytes[39] = 7;
    const source = join(folder, 'p.c');
    const program = join(folder, 'p');
    writeFileSync(
      source,
      `unsigned char buf[40] = { ${bytes.join(', ')} };\nint main(void) { return buf[0]; }\n`,
    );
    execFileSync('gcc', ['-g', '-o', program, source]);
    const read = [
      'x/40xb buf',
      'x/20xh buf',
      'x/10xw buf',
      'x/5xg buf',
      'p buf',
      'output buf',
      'p -elements 100 -- buf',
    ];
    const refused = [
      'x/40ub buf',
      'x/40cb buf',
      'x/10dw buf',
      'x/10ow buf',
      'p/x buf',
      'x/s buf',
      'p -elements 4 -- buf',
    ];
    const commands = [...read, ...refused].flatMap((command) => ['-ex', command, '-ex', 'echo \\n@@\\n']);
    const text = execFileSync('gdb', ['-nx', '-batch', ...commands, program], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for (const [i, part] of text.split('\n@@\n').slice(0, -1).entries()) {
      const found = readPrinted(part, 'little');
      if (i < read.length) expect(found, `${read[i]}\n${part}`).toBe(hex(bytes));
      else expect(found, `${refused[i - read.length]}\n${part}`).toMatch(/^refused: /);
    }
  }, 60_000);
});
