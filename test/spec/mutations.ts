import fc from 'fast-check';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Words that break things: YAML's own, numbers at edges, names that JavaScript knows. */
const nasty = [
  '',
  '~',
  'null',
  'true',
  '[',
  ']',
  '{',
  '}',
  '- ',
  ': ',
  '? ',
  '*a',
  '&a',
  '<<',
  '!!str',
  '"',
  "'",
  '|',
  '>',
  '#',
  '%YAML 1.1\n---\n',
  '---',
  '...',
  '\t',
  '\u0000',
  '\ufeff',
  '\u2028',
  '\ud800',
  '\r',
  '0x',
  '0o17',
  '010',
  '-1',
  '1.5',
  '.nan',
  '.inf',
  '1e400',
  '6.12',
  '18446744073709551616',
  '340282366920938463463374607431768211456',
  '9'.repeat(200),
  `0x${'f'.repeat(300)}`,
  '-9223372036854775809',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'class',
  'int',
  '_Bool',
  'self',
  'outer',
  'peer',
  'env',
  'u8[0]',
  'u8[]',
  'u8[1048576][1048576]',
  'u8[1048577]',
  'u64*',
  'void',
  'void*',
  'u8[1 << 20]',
  'sizeof(self)',
  '1 << 128',
  '1 / 0',
  'a ? b : c',
  '!'.repeat(200),
  '('.repeat(200),
  '[1]'.repeat(40),
  `${'1+'.repeat(600)}1`,
  `${'x.'.repeat(100)}x`,
  '::',
  '63:0',
  '0:63',
  '64:0',
  '7:9999999999999999999999',
];

const word = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ maxLength: 6 }),
  fc.bigInt({ min: -(1n << 70n), max: 1n << 70n }).map(String),
);

/** A step that changes a text; numbers choose the places. */
type Edit = (text: string) => string;

const edit: fc.Arbitrary<Edit> = fc.oneof(
  onLines((lines, at) => lines.toSpliced(at, 1)),
  onLines((lines, at) => lines.toSpliced(at, 0, lines[at] ?? '')),
  onLines((lines, at, other) => lines.with(at, lines[other] ?? '')),
  onLines((lines, at, other) => lines.with(at, lines[other] ?? '').with(other, lines[at] ?? '')),
  onLines((lines, at) => lines.with(at, `  ${lines[at]}`)),
  onLines((lines, at) => lines.with(at, (lines[at] ?? '').replace(/^ {2}/, ''))),
  onTokens((tokens, at) => tokens.toSpliced(at, 1)),
  onTokens((tokens, at) => tokens.toSpliced(at, 0, tokens[at] ?? '')),
  onTokens((tokens, at, other) => tokens.with(at, tokens[other] ?? '')),
  onTokens((tokens, at, other) => tokens.with(at, tokens[other] ?? '').with(other, tokens[at] ?? '')),
  word.chain((text) => onTokens((tokens, at) => tokens.with(at, text))),
  word.chain((text) => onTokens((tokens, at) => tokens.with(at, text))),
  fc.nat().map(
    (n): Edit =>
      (text) =>
        text.slice(0, n % (text.length + 1)),
  ),
);

type Change = (parts: string[], at: number, other: number) => string[];

function onLines(change: Change): fc.Arbitrary<Edit> {
  return onParts((text) => text.split('\n'), '\n', change);
}

function onTokens(change: Change): fc.Arbitrary<Edit> {
  return onParts((text) => text.split(/(\w+|[^\w\s])/), '', change);
}

function onParts(split: (text: string) => string[], joint: string, change: Change): fc.Arbitrary<Edit> {
  return fc.tuple(fc.nat(), fc.nat()).map(([at, other]) => (text) => {
    const parts = split(text);
    return change(parts, at % parts.length, other % parts.length).join(joint);
  });
}

/** Texts that are a given one after a few accidents. */
export function mutatedTexts(...texts: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([text, edits]) => edits.reduce((changed, step) => step(changed), text));
}

/** Trees that are a given one with sub-trees swapped, dropped, renamed and replaced. */
export function mutatedTrees(...trees: readonly Json[]): fc.Arbitrary<Json> {
  const leaf: fc.Arbitrary<Json> = fc.oneof(
    word,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(0.5),
    fc.constant<Json>([]),
    fc.constant<Json>({}),
  );
  const step = fc.record({ at: fc.nat(), other: fc.nat(), how: fc.nat(4), leaf, key: word });
  return fc
    .tuple(fc.constantFrom(...trees), fc.array(step, { minLength: 1, maxLength: 4 }))
    .map(([tree, steps]) => {
      const copy = structuredClone(tree);
      for (const { at, other, how, leaf: value, key } of steps)
        changeTree(copy, { at, other, how, value, key });
      return copy;
    });
}

interface Place {
  readonly parent: Json[] | { [key: string]: Json };
  readonly key: string;
}

function changeTree(
  tree: Json,
  step: { at: number; other: number; how: number; value: Json; key: string },
): void {
  const places = placesIn(tree);
  const place = places[step.at % Math.max(1, places.length)];
  const other = places[step.other % Math.max(1, places.length)];
  if (place === undefined || other === undefined) return;
  const read = ({ parent, key }: Place): Json =>
    structuredClone((parent as { [key: string]: Json })[key] ?? null);
  const write = ({ parent, key }: Place, value: Json): void => {
    Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
  };
  const value = read(other);
  if (step.how === 0) write(place, step.value);
  else if (step.how === 1) write(place, value);
  else if (step.how === 2) {
    write(other, read(place));
    write(place, value);
  } else if (Array.isArray(place.parent)) place.parent.splice(Number(place.key), 1);
  else {
    const moved = read(place);
    delete place.parent[place.key];
    if (step.how === 3) write({ parent: place.parent, key: step.key }, moved);
  }
}

function placesIn(tree: Json): Place[] {
  if (tree === null || typeof tree !== 'object') return [];
  const places: Place[] = [];
  for (const key of Object.keys(tree)) {
    places.push({ parent: tree, key }, ...placesIn((tree as { [key: string]: Json })[key] ?? null));
  }
  return places;
}
