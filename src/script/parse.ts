import { UsageError } from '../base/usage-error.ts';

/** A line of a script: `name = verb word word key=value`. */
export interface Statement {
  readonly line: number;
  /** The name that the result gets; null where there is none. */
  readonly result: string | null;
  readonly verb: string;
  readonly words: readonly string[];
  readonly named: ReadonlyMap<string, string>;
  /** The statement as it was written, without comment. */
  readonly text: string;
}

/** Most lines of a script. */
const linesMax = 10_000;

/** Most characters of a line that count, so that a message about it can be read. */
const lineMax = 1000;

const name = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/**
 * Takes a script apart.
 *
 * @throws UsageError with file and line
 */
export function parseScript(text: string, file: string): readonly Statement[] {
  const lines = text.split('\n');
  if (lines.length > linesMax) throw new UsageError(`${file}: ${lines.length} lines, at most ${linesMax}`);
  return lines.flatMap((whole, index) => {
    const comment = whole.indexOf('#');
    const own = (comment < 0 ? whole : whole.slice(0, comment)).trim();
    return own === '' ? [] : [parseLine(own, { file, line: index + 1 })];
  });
}

/** Where a message belongs. */
export interface ScriptPlace {
  readonly file: string;
  readonly line: number;
}

/** A mistake in a script. */
export function scriptError({ file, line }: ScriptPlace, message: string, hint?: string): UsageError {
  return new UsageError(`${file}:${line}: ${message}`, hint);
}

/** Refuses what is no name of something that a script makes. */
export function checkName(text: string, place: ScriptPlace): string {
  if (!name.test(text)) throw scriptError(place, `${text} is not a name, expected letters, digits, - or _`);
  return text;
}

function parseLine(text: string, place: ScriptPlace): Statement {
  if (text.length > lineMax)
    throw scriptError(place, `the line has ${text.length} characters, expected at most ${lineMax}`);
  const control = /\p{Cc}/u.exec(text.replaceAll('\t', ' '));
  if (control !== null)
    throw scriptError(place, `there is a control character, 0x${control[0].charCodeAt(0).toString(16)}`);
  const assigned = /^(\S+)\s+=\s+(.*)$/.exec(text);
  const result = assigned?.[1] ?? null;
  if (result !== null) checkName(result, place);
  const [verb = '', ...rest] = (assigned?.[2] ?? text).split(/\s+/);
  const words: string[] = [];
  const named = new Map<string, string>();
  for (const word of rest) {
    const at = word.indexOf('=');
    if (at < 0) {
      words.push(word);
      continue;
    }
    const key = word.slice(0, at);
    if (named.has(key)) throw scriptError(place, `${key} is given twice`);
    if (at === word.length - 1) throw scriptError(place, `${key}= has no value`);
    named.set(key, word.slice(at + 1));
  }
  return { line: place.line, result, verb, words, named, text };
}

const units: Readonly<Record<string, bigint>> = { '': 1n, KiB: 1n << 10n, MiB: 1n << 20n, GiB: 1n << 30n };

/** A number: decimal or 0x, with KiB, MiB or GiB if wanted; null for any other text. */
export function numberOf(text: string): bigint | null {
  const found = /^(0x[0-9a-fA-F]{1,16}|[0-9]{1,20})(KiB|MiB|GiB|)$/.exec(text);
  if (found === null) return null;
  const value = BigInt(found[1] as string) * (units[found[2] as string] as bigint);
  return value < 2n ** 64n ? value : null;
}
