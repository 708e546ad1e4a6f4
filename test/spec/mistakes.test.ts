import { describe, expect, test } from 'vitest';
import { locate } from '../../src/base/span.ts';
import { readText } from './hosts.ts';

/** What is said of a text: `column: message` of each diagnostic in its last lines. */
function said(text: string): readonly string[] {
  return readText(text).diagnostics.map(({ message, span }) => {
    const { column } = locate(text, span.start);
    return `${column}: ${message}`;
  });
}

const head = 'uapi: 1\nname: x\n';
const field = (text: string): string => `${head}structs:\n  s:\n    fields:\n      - ${text}\n`;
const ioctl = (text: string): string =>
  `${head}structs: { s: { fields: [{ name: a, type: u32 }] } }\nioctls:\n  A: ${text}\n`;

/** A type that is none, and what is expected instead. */
const types: readonly (readonly [written: string, expected: string])[] = [
  ['__u32', 'unknown type __u32, expected u32.'],
  ['__le16', 'unknown type __le16, expected le16.'],
  ['__aligned_u64', 'unknown type __aligned_u64, expected aligned_u64.'],
  ['uint32_t', 'unknown type uint32_t, expected u32.'],
  ['int8_t', 'unknown type int8_t, expected s8.'],
  ['__uint64_t', 'unknown type __uint64_t, expected u64.'],
  ['i32', 'unknown type i32, expected s32.'],
  ['U32', 'unknown type U32; did you mean u32?'],
  ['int', 'unknown type int, expected s32.'],
  ['unsigned int', 'found "unsigned int", expected u32.'],
  ['unsigned char', 'found "unsigned char", expected u8.'],
  ['long long', 'found "long long", expected s64.'],
  ['long', 'unknown type long, expected aligned_s64 or s32: long has a different size on other machines.'],
  [
    'unsigned long',
    'found "unsigned long", expected aligned_u64 or u32: unsigned long has a different size on other machines.',
  ],
  [
    'size_t',
    'unknown type size_t, expected aligned_u64 or u32: size_t has a different size on other machines.',
  ],
  ['bool', 'unknown type bool, expected u8: bool is not a type of the schema language.'],
  [
    'float',
    'unknown type float, expected an integer: float is not an integer, and kernel interfaces have no floating point.',
  ],
  ['const char *', 'found "const char *", expected char*.'],
  ['__u8*', 'unknown type __u8, expected u8*.'],
  ['"uint8_t[4]"', 'unknown type uint8_t, expected "u8[4]".'],
  ['struct s', 'found "struct s", expected s: types are named without struct or union.'],
  ['"struct s[2]"', 'found "struct s[2]", expected "s[2]": types are named without struct or union.'],
  ['enum e', 'found "enum e", expected an integer and the set next to it: type: u32, enum: e.'],
  ['u32 a', 'found "u32 a", expected name: a, type: u32.'],
  ['u32:3', 'found "u32:3", expected the width of a bit-field next to its type: type: u32, bit-width: 3.'],
  ['void', 'found void, expected a type that has a size.'],
];

/** A whole text with a beginner's mistake, and all that is said of it. */
const texts: readonly (readonly [title: string, text: string, expected: readonly string[]])[] = [
  [
    'a type with brackets in a flow map',
    field('{ name: a, type: u32[4] }'),
    ['26: found u32[4], expected "u32[4]": between { and } a text with brackets needs quotes.'],
  ],
  [
    'the same of several fields, each with its own line, and with a type of C',
    `${field('{ name: a, type: u32[N] }')}      - { name: b, type: __u8[] , doc: b }\n`,
    [
      '26: found u32[N], expected "u32[N]": between { and } a text with brackets needs quotes.',
      '26: found __u8[], expected "u8[]": between { and } a text with brackets needs quotes.',
    ],
  ],
  [
    'an enum or a flag set as a type',
    `${field('{ name: a, type: e }')}      - { name: b, type: f }\nenums: { e: { values: [{ name: E }] } }\nflags: { f: { values: [{ name: F, bit: 0 }] } }\n`,
    [
      '26: unknown type e, expected an integer and the set next to it: type: u32, enum: e.',
      '26: unknown type f, expected an integer and the set next to it: type: u32, flags: f.',
    ],
  ],
  [
    'tabs',
    `${head}structs:\n\ts:\n\t\tfields: []\n`,
    [
      '1: found a tab at the beginning of a line, expected spaces: YAML is indented with spaces only.',
      '1: found a tab at the beginning of a line, expected spaces: YAML is indented with spaces only.',
    ],
  ],
  ['no version', 'name: x\n', ['1: the file has no uapi, expected uapi: 1.']],
  ['the version in quotes', 'uapi: "1"\nname: x\n', ['7: uapi is the text "1", expected 1 without quotes.']],
  [
    'fields as a map',
    `${head}structs: { s: { fields: { a: u32 } } }\n`,
    ['25: fields is a map, expected a list: begin each item with a dash, - { name: a, type: u32 }.'],
  ],
  [
    'structs as a list',
    `${head}structs:\n  - { name: s, fields: [] }\n`,
    ['3: structs is a list, expected a map: write NAME: in place of - name: NAME.'],
  ],
  [
    'a field as in C',
    `${field('u32 a')}      - { name: b, type: u8 }\n`,
    ['9: item 1 of fields is the text "u32 a", expected a map: { name: a, type: u32 }.'],
  ],
  [
    'a value as a plain word',
    `${head}enums: { e: { values: [A] } }\n`,
    ['24: item 1 of values is the text "A", expected a map: { name: A }.'],
  ],
  [
    'a flag with a value',
    `${head}flags: { f: { values: [{ name: F, bit: 0, value: 1 }] } }\n`,
    ['43: unknown key value in item 1 of values, expected bit with its number (or mask).'],
  ],
  [
    'no space after a colon',
    field('{ name: a, type: u32, doc:x }'),
    ['31: unknown key doc:x in item 1 of fields, expected doc: x, with a space after the colon.'],
  ],
  [
    'a comma in a text',
    field('{ name: a, type: u32, doc: One, two. }'),
    ['41: unknown key two. in item 1 of fields: a text with a comma needs quotes between { and }.'],
  ],
  [
    'a colon in a text',
    `${head}doc: one: two\n`,
    ['6: found a text with a colon and a space, expected quotes around it: "one: two".'],
  ],
  [
    'a release that is a number',
    `${head}kernel: 6.10\n`,
    ['9: kernel is the number 6.10, expected text: put it in quotes.'],
  ],
  [
    'a character without its quotes',
    ioctl("{ type: 'f', nr: 1 }"),
    [`14: type is f, expected "'f'": YAML removes the outer quotes.`],
  ],
  [
    'a character that is no letter',
    ioctl("{ type: ';', nr: 1 }"),
    [`14: type is ;, expected "';'": YAML removes the outer quotes.`],
  ],
  [
    'an argument as in C',
    ioctl('{ type: 1, nr: 1, arg: struct s }'),
    ['29: found "struct s", expected s: types are named without struct or union.'],
  ],
  [
    'a pointer to the argument',
    ioctl('{ type: 1, nr: 1, arg: s* }'),
    ['29: found "s*", expected s: it is a pointer anyway.'],
  ],
  ['an argument of a type of C', ioctl('{ type: 1, nr: 1, arg: int }'), ['29: found "int", expected s32.']],
  [
    'an encoding without its underscore',
    ioctl('{ type: 1, nr: 1, encoding: IOR, arg: s }'),
    ['34: encoding is IOR, expected _IO, _IOR, _IOW or _IOWR; did you mean _IOR?'],
  ],
  [
    'numbers as C and Python write them',
    `${head}constants:\n  A: 10UL\n  B: 0b101\n  C: 1_000\n  D: 017\n`,
    [
      '6: found "10UL", expected a number, a name or an operator; write 10: the C suffix goes into the key suffix.',
      '6: found "0b101", expected a number, a name or an operator; write 0x5.',
      '6: found "1_000", expected a number, a name or an operator; write 1000.',
      '6: found 017, expected a decimal number without leading zeros or a hexadecimal one, 0x...',
    ],
  ],
  [
    'reserved with true',
    field('{ name: a, type: u32, reserved: true }'),
    ['41: reserved is true, expected the name of an error number of Linux, like EINVAL or unchecked.'],
  ],
  [
    'a mistyped error number',
    field('{ name: a, type: u32, reserved: EINVL }'),
    [
      '41: reserved is EINVL, expected the name of an error number of Linux, like EINVAL; did you mean EINVAL?',
    ],
  ],
  [
    'a name with a space',
    'uapi: 1\nname: my driver\n',
    ["7: the schema's name is my driver, expected letters, digits, _ and -."],
  ],
];

describe("a beginner's mistake gets one line that says what to write", () => {
  test.each(types)('type %s', (written, expected) => {
    expect(said(field(`{ name: a, type: ${written} }`))).toEqual([`26: ${expected}`]);
  });

  test.each(texts)('%s', (_, text, expected) => {
    expect(said(text)).toEqual(expected);
  });

  test.each([
    ['a hexadecimal value in quotes', `${head}constants: { A: "0x10" }\n`],
    ['a character in both kinds of quotes', ioctl(`{ type: "'f'", nr: 1 }`)],
    [
      'a type of one letter that is a constant',
      `${head}constants: { f: 1 }\nioctls: { A: { type: f, nr: 1 } }\n`,
    ],
    ['spaces before a star', field('{ name: a, type: char * }')],
    ['a byte order mark', `\ufeff${field('{ name: a, type: u32 }')}`],
    ['a byte order mark before a comment', `\ufeff# x\n${field('{ name: a, type: u32 }')}`],
  ])('%s is no mistake', (_, text) => {
    expect(said(text)).toEqual([]);
  });
});

describe('characters that nobody sees', () => {
  const escapes = ['\\0', '\\e[31m', '\\x9b1m', '\\u200f', '\\u202e', '\\u2066', '\\ufeff', '\\ud800'];

  test.each(escapes)('%s in a text is refused with its place', (written) => {
    for (const text of [
      field(`{ name: a, type: u32, doc: "a${written}" }`),
      `${head}constants: { A: { string: "${written}" } }\n`,
    ]) {
      const { diagnostics } = readText(text);
      expect(diagnostics.map(({ code }) => code)).toEqual(['bad-character']);
      expect(text.slice(diagnostics[0]?.span.start, diagnostics[0]?.span.end)).toContain(written);
    }
  });

  test.each([...escapes, '\\n', '\\t'])(
    '%s in a key is refused, and the message holds none of it',
    (written) => {
      const { diagnostics } = readText(`${head}"k${written}fake.yaml:1:1: ok": 1\n`);
      expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
        ['bad-key', 'found a key with a line break or a control character, expected a name.'],
      ]);
    },
  );

  test.each(['\u0085', '\u009b', '\u202e', '\u2067', '\u061c'])(
    'the file itself must not hold %j',
    (character) => {
      expect(readText(`${head}# ${character}\n`).diagnostics.map(({ code }) => code)).toEqual(['not-text']);
    },
  );

  test('a second byte order mark is named, not taken for a part of the key', () => {
    expect(said('\ufeff\ufeffuapi: 1\nname: x\n')).toEqual([
      '2: found a second byte order mark (U+FEFF), expected text that can be shown, in UTF-8.',
    ]);
  });

  test('line breaks, tabs, letters of any script and symbols are text', () => {
    expect(said(`${head}doc: "a\\tb\\nc é ж 漢 😀 —"\n`)).toEqual([]);
  });
});
