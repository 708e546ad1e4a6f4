import { didYouMean } from '../base/suggestion.ts';
import { checkName, numberOf, type ScriptPlace, type Statement, scriptError } from './parse.ts';

/** The arguments of a statement, asked for by name; what nobody asked for is refused in the end. */
export class Arguments {
  readonly place: ScriptPlace;
  readonly #statement: Statement;
  readonly #asked: string[] = ['expect'];
  #words = 0;

  constructor(statement: Statement, file: string) {
    this.#statement = statement;
    this.place = { file, line: statement.line };
  }

  /** The next word. */
  word(what: string): string {
    const word = this.#statement.words[this.#words++];
    if (word === undefined) throw scriptError(this.place, `${this.#statement.verb} needs ${what}`);
    return word;
  }

  /** The next word, as the name of something new. */
  name(): string {
    return checkName(this.word('a name'), this.place);
  }

  /** Whether a word is among the rest. */
  flag(wanted: string): boolean {
    return this.#rest.includes(wanted);
  }

  get #rest(): readonly string[] {
    return this.#statement.words.slice(this.#words);
  }

  text(key: string): string | undefined {
    this.#asked.push(key);
    return this.#statement.named.get(key);
  }

  required(key: string): string {
    const text = this.text(key);
    if (text === undefined) throw scriptError(this.place, `${this.#statement.verb} needs ${key}=`);
    return text;
  }

  number(key: string): bigint | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    return this.asNumber(text, key);
  }

  requiredNumber(key: string): bigint {
    return this.asNumber(this.required(key), key);
  }

  small(key: string): number | undefined {
    const value = this.number(key);
    if (value !== undefined && value > 0xffff_ffffn)
      throw scriptError(this.place, `${key} is ${value}, expected at most 32 bits`);
    return value === undefined ? undefined : Number(value);
  }

  /** Refuses arguments that mean nothing here. @param why what they would need */
  refuse(why: string, keys: readonly string[]): void {
    const given = keys.find((key) => this.#statement.named.has(key));
    if (given !== undefined) throw scriptError(this.place, `${given}= ${why}`);
  }

  asNumber(text: string, what: string): bigint {
    const value = numberOf(text);
    if (value === null)
      throw scriptError(
        this.place,
        `${what} is ${text}, expected a number like 12, 0x1000 or 2MiB, of at most 64 bits`,
      );
    return value;
  }

  /** One of several words. */
  choice<T>(text: string, what: string, choices: Readonly<Record<string, T>>): T {
    const value = Object.hasOwn(choices, text) ? choices[text] : undefined;
    if (value !== undefined) return value;
    const known = Object.keys(choices);
    throw scriptError(
      this.place,
      `${what} is ${text}, expected ${known.join(', ')}${didYouMean(text, known)}`,
    );
  }

  /** Refuses what was given and not asked for. @param flags words that may stand alone */
  finish(flags: readonly string[] = []): void {
    const { verb, named } = this.#statement;
    const extra = this.#rest.find((word) => !flags.includes(word));
    if (extra !== undefined)
      throw scriptError(this.place, `${verb} does not take ${extra}${didYouMean(extra, flags)}`);
    for (const key of named.keys())
      if (!this.#asked.includes(key))
        throw scriptError(this.place, `${verb} does not take ${key}=${didYouMean(key, this.#asked)}`);
  }
}
