/** How a program prints bytes, and whether its text says all about them. */
export interface Printer {
  readonly name: string;
  readonly print: (bytes: Uint8Array) => string;
  /** Bytes of a word, and the order that the reader has to be told; 1 if groups are bytes. */
  readonly width: number;
  readonly order: 'little' | 'big';
  /** True if each line has an address and lines that are alike are all printed. */
  readonly isAddressed: boolean;
  /** False if the text may mean something else as well, so that it may be refused. */
  readonly isCertain: boolean;
}

const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');

const digits = (bytes: Uint8Array, gap = ''): string => [...bytes].map((byte) => hex(byte, 2)).join(gap);

/** The text column: a character for each byte. */
export function columnOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
}

interface DumpStyle {
  readonly address: (offset: number) => string;
  readonly perRow: number;
  /** Bytes of a group, and whether its digits are those of a little-endian word. */
  readonly width: number;
  readonly words: 'little' | 'big' | 'printed';
  readonly between: string;
  readonly mark: string;
  readonly half?: string;
  readonly column?: (text: string) => string;
  readonly squeezes?: boolean;
  readonly end?: boolean;
  readonly fills?: boolean;
}

/** Prints rows as dump programs do. */
export function dump(bytes: Uint8Array, style: DumpStyle): string {
  const { address, perRow, width, words, between, mark, half, column, squeezes, end, fills } = style;
  const lines: string[] = [];
  const full = perRow * 2 + (perRow / width) * between.length + 4;
  let isSqueezed = false;
  for (let offset = 0; offset < bytes.length; offset += perRow) {
    const row = bytes.subarray(offset, offset + perRow);
    const before = bytes.subarray(Math.max(0, offset - perRow), offset);
    if (squeezes && row.length === perRow && offset > 0 && digits(row) === digits(before)) {
      if (!isSqueezed) lines.push('*');
      isSqueezed = true;
      continue;
    }
    isSqueezed = false;
    const groups: string[] = [];
    for (let at = 0; at < row.length; at += width) {
      let group = row.slice(at, at + width);
      if (fills && group.length < width) group = Uint8Array.from({ length: width }, (_, i) => group[i] ?? 0);
      groups.push(digits(words === 'little' ? group.reverse() : group));
    }
    const shown =
      half !== undefined && groups.length > 8
        ? [groups.slice(0, 8).join(between), groups.slice(8).join(between)].join(half)
        : groups.join(between);
    const text = column === undefined ? '' : column(columnOf(row));
    lines.push(
      `${address(offset)}${mark}${column === undefined ? shown : shown.padEnd(full)}${text}`.trimEnd(),
    );
  }
  if (end) lines.push(address(bytes.length));
  return `${lines.join('\n')}\n`;
}

const dumps: readonly Printer[] = [];
const add = (name: string, style: DumpStyle, isCertain: boolean): void => {
  const { words, width, squeezes } = style;
  (dumps as Printer[]).push({
    name,
    print: (bytes) => dump(bytes, style),
    width,
    order: words === 'big' ? 'big' : 'little',
    isAddressed: squeezes !== true,
    isCertain,
  });
};

const offset8 = (offset: number): string => hex(offset, 8);
const bare = (text: string): string => `  ${text}`;

for (const width of [1, 2, 3, 4, 8, 16]) {
  for (const perRow of [width, width * 3, 16, 32]) {
    if (perRow % width !== 0) continue;
    const common = { address: offset8, perRow, width, between: ' ', mark: ': ', column: bare };
    add(`xxd -g ${width} -c ${perRow}`, { ...common, words: 'printed' }, width === 1);
    if (width === 1 || width === 3 || width === 16) continue;
    if (width > 2) add(`xxd -e -g ${width} -c ${perRow}`, { ...common, words: 'little' }, false);
    const words = { ...common, address: (offset: number) => hex(0x8880_1234_5670 + offset, 16), mark: ':  ' };
    add(`crash rd, words of ${width}, ${perRow} a row`, { ...words, words: 'little', fills: true }, false);
  }
}
for (const squeezes of [true, false]) {
  const common = { width: 1, perRow: 16, words: 'printed', between: ' ', end: true, squeezes } as const;
  const more = squeezes ? '' : ' -v';
  const bars = (text: string): string => `  |${text}|`;
  add(`hexdump -C${more}`, { ...common, address: offset8, mark: '  ', half: '  ', column: bars }, true);
  for (const [radix, letter] of [
    [16, 'x'],
    [8, 'o'],
    [10, 'd'],
  ] as const) {
    const size = radix === 16 ? 6 : 7;
    const address = (offset: number): string => offset.toString(radix).padStart(size, '0');
    for (const width of [1, 2, 4, 8]) {
      for (const words of width === 1 ? (['printed'] as const) : (['little', 'big'] as const)) {
        for (const z of [true, false]) {
          const column = z ? { column: (text: string) => `  >${text}<` } : {};
          const style = { ...common, ...column, address, width, words, mark: ' ', fills: true };
          // 0000010 may be 8, 10 or 16 bytes if those at the end are zero and no text shows how many.
          const isCertain = !squeezes && (z || width < 4);
          add(`od -A ${letter} -t x${width}${z ? 'z' : ''}${more} ${words}`, style, isCertain);
        }
      }
    }
  }
  const address = (offset: number): string => hex(offset, 7);
  add(`hexdump${more}`, { ...common, address, width: 2, words: 'little', mark: ' ', fills: true }, !squeezes);
  add(
    `hexdump -x${more}`,
    { ...common, address, width: 2, words: 'little', mark: '    ', between: '    ', fills: true },
    false,
  );
}
for (const [letter, width] of [
  ['b', 1],
  ['h', 2],
  ['w', 4],
  ['g', 8],
] as const) {
  for (const words of ['little', 'big'] as const) {
    for (const symbol of ['', 'name<a, b>+']) {
      const perRow = width === 8 || width === 4 ? 16 : 8 * width;
      const address = (offset: number): string =>
        `0x${(0x7fff_ffff_e000 + offset).toString(16)}${symbol === '' ? '' : ` <${symbol}${offset}>`}`;
      const print = (bytes: Uint8Array): string =>
        dump(bytes, { address, perRow, width, words, between: '\t', mark: ':\t', fills: true }).replace(
          /\t(?=[0-9a-f])/g,
          '\t0x',
        );
      const name = `gdb x/x${letter} ${symbol} ${words}`;
      (dumps as Printer[]).push({ name, print, width, order: words, isAddressed: true, isCertain: true });
    }
  }
}
const kernel = { perRow: 16, width: 1, words: 'printed', between: ' ' } as const;
add('print_hex_dump', { ...kernel, address: offset8, mark: ': ' }, false);
add('print_hex_dump with text', { ...kernel, address: offset8, mark: ': ', column: bare }, true);
add('Wireshark', { ...kernel, address: (offset) => hex(offset, 4), mark: '   ' }, false);
add(
  'Wireshark with text',
  { ...kernel, address: (offset) => hex(offset, 4), mark: '   ', column: bare },
  true,
);
add('lspci', { ...kernel, address: (offset) => hex(offset, 2), mark: ': ' }, false);
add(
  'lldb',
  { ...kernel, address: (offset) => `0x${(0x7fff_0000 + offset).toString(16)}`, mark: ': ', column: bare },
  true,
);
add(
  'UEFI shell',
  { ...kernel, address: offset8, mark: ': ', half: '-', column: (text) => `  *${text}*` },
  true,
);

/** Forms of rows. */
export const dumpPrinters: readonly Printer[] = dumps;

const escaped = (byte: number, ways: (char: string, byte: number) => string): string =>
  byte >= 0x20 && byte < 0x7f && byte !== 0x5c && byte !== 0x22 && byte !== 0x27
    ? String.fromCharCode(byte)
    : ways(String.fromCharCode(byte), byte);

const hexEscape = (bytes: Uint8Array): string => [...bytes].map((byte) => `\\x${hex(byte, 2)}`).join('');

const python = (bytes: Uint8Array): string => {
  const short: Readonly<Record<string, string>> = {
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    "'": "\\'",
    '"': '"',
    '\\': '\\\\',
  };
  return `b'${[...bytes].map((byte) => escaped(byte, (char) => short[char] ?? `\\x${hex(byte, 2)}`)).join('')}'`;
};

const octal = (bytes: Uint8Array): string =>
  [...bytes]
    .map((byte, i) => {
      const next = bytes[i + 1] ?? 0;
      const isDigit = next >= 0x30 && next <= 0x39;
      return escaped(byte, () => `\\${isDigit ? byte.toString(8).padStart(3, '0') : byte.toString(8)}`);
    })
    .join('');

const gdbPrint = (bytes: Uint8Array): string => {
  const parts: string[] = [];
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    let end = at + 1;
    while (end < bytes.length && bytes[end] === bytes[at]) end++;
    const one = escaped(bytes[at] as number, (char, byte) =>
      char === '"' || char === "'" || char === '\\' ? `\\${char}` : `\\${byte.toString(8).padStart(3, '0')}`,
    );
    if (end - at > 10) {
      if (text !== '') parts.push(`"${text}"`);
      text = '';
      parts.push(`'${one}' <repeats ${end - at} times>`);
    } else text += one.repeat(end - at);
    at = end;
  }
  if (text !== '') parts.push(`"${text}"`);
  return `$1 = ${parts.join(', ')}`;
};

const list = (bytes: Uint8Array, format: (byte: number) => string, between = ', '): string =>
  [...bytes].map(format).join(between);
const hex0x = (byte: number): string => `0x${hex(byte, 2)}`;

function words(bytes: Uint8Array, width: number, order: 'little' | 'big'): string[] {
  const found: string[] = [];
  for (let at = 0; at + width <= bytes.length; at += width) {
    const word = bytes.slice(at, at + width);
    found.push(`0x${digits(order === 'little' ? word.reverse() : word)}`);
  }
  return found;
}

const text = (name: string, print: Printer['print'], isCertain = true): Printer => ({
  name,
  print,
  width: 1,
  order: 'little',
  isAddressed: false,
  isCertain,
});

/** Forms without addresses. */
export const textPrinters: readonly Printer[] = [
  text('xxd -p', (bytes) => digits(bytes).replace(/.{60}/g, '$&\n'), false),
  text('hex digits', (bytes) => digits(bytes)),
  text('hex digits, capitals', (bytes) => digits(bytes).toUpperCase()),
  ...[' ', ':', '-', ', '].map((gap) =>
    text(`hex digits with "${gap}"`, (bytes) => digits(bytes, gap), false),
  ),
  ...[' ', ', ', ',\n'].map((gap) =>
    text(`0x bytes with ${JSON.stringify(gap)}`, (bytes) => list(bytes, hex0x, gap)),
  ),
  text(
    'xxd -i',
    (bytes) =>
      `unsigned char p_bin[] = {\n  ${list(bytes, hex0x)}\n};\nunsigned int p_bin_len = ${bytes.length};`,
  ),
  text('C array', (bytes) => `static const u8 x[${bytes.length}] = { ${list(bytes, String)}, }; /* end */`),
  text('C initialiser', (bytes) => `{ ${list(bytes, hex0x)} }`),
  text('Python list', (bytes) => `[${list(bytes, String)}]`),
  text('bpftrace array', (bytes) => `@x: [${list(bytes, String, ',')}]`),
  text('Python bytes([...])', (bytes) => `bytes([${list(bytes, String)}])`),
  text('Python bytes', python, false),
  text('Python bytearray', (bytes) => `bytearray(${python(bytes)})`, false),
  text('drgn', (bytes) => `(unsigned char [${bytes.length}]){ ${list(bytes, String)} }`),
  text('strace -xx', (bytes) => `"${hexEscape(bytes)}"`),
  text('strace', (bytes) => `"${octal(bytes)}"`, false),
  text('bpftrace buf', (bytes) => `@buf: ${hexEscape(bytes)}`),
  text('gdb print', gdbPrint, false),
  text('bytes.fromhex', (bytes) => `bytes.fromhex('${digits(bytes)}')`),
  text('Go', (bytes) => `[]byte{${list(bytes, hex0x)}}`),
  text('Rust', (bytes) => `let x: [u8; ${bytes.length}] = [${list(bytes, hex0x)}];`),
  ...([2, 4, 8] as const).flatMap((width) =>
    (['little', 'big'] as const).map((order) => ({
      ...text(`0x words of ${width}, ${order}`, (bytes) => words(bytes, width, order).join(' ')),
      width,
      order,
    })),
  ),
  ...([2, 4, 8] as const).map((width) => ({
    ...text(
      `C array of u${width * 8}`,
      (bytes) =>
        `uint${width * 8}_t x[] = { ${words(bytes, width, 'little')
          .map((word) => BigInt(word))
          .join(', ')} };`,
    ),
    width,
  })),
];
