import { FormFeatures } from './form.ts';
import { type GroupOrder, Guess, type GuessKind } from './guess.ts';
import { excerpt, ReadError } from './read-error.ts';
import type { Reading } from './reading.ts';
import { Row } from './row.ts';

/** What a reader of rows has to know. */
export interface RowOptions {
  /** Order of bytes in words. */
  readonly order: 'little' | 'big';
  /** Whether rows may be missing. */
  readonly gaps: boolean;
}

/** Digits of an address of which only debuggers and crash print so many. */
const longAddress = 12;

/**
 * Reads the rows of a dump, line by line, in all the ways that they can be meant at once: each row strikes out those
 * that it contradicts. If what remains does not agree about the bytes, the dump is refused.
 */
export class Rows {
  readonly #options: RowOptions;
  readonly #row = new Row();
  readonly #form = new FormFeatures();
  #guesses: readonly Guess[] = [];
  #isEnded = false;

  constructor(options: RowOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#guesses.length === 0;
  }

  /**
   * Reads a line without its prefix.
   *
   * @returns false if it is no row
   * @throws ReadError if it is one that contradicts those before it
   */
  add(text: string, line: number, isLogged: boolean): boolean {
    const row = this.#row;
    if (text === '*' && !this.isEmpty) {
      this.#each((guess) => guess.squeeze(), line, text);
      return true;
    }
    if (this.#form.mark === 'space' && row.isLone(text)) {
      if (text.length < this.#form.address.length) {
        throw new ReadError(`an address that is cut short: ${excerpt(text)}`, { line });
      }
      this.#refuseBehindEnd(line);
      this.#isEnded = true;
      this.#each((guess) => guess.end(text), line, text);
      return true;
    }
    if (!row.read(text)) return false;
    this.#refuseBehindEnd(line);
    if (this.isEmpty) this.#guesses = guessesOf(row, this.#options);
    const contradiction = this.#form.add(row, isLogged);
    if (contradiction !== null) throw new ReadError(`${contradiction}: ${excerpt(text)}`, { line });
    this.#each((guess) => guess.take(row), line, text);
    return true;
  }

  /** The bytes of all rows. @throws ReadError if they are not certain */
  finish(): Reading {
    this.#each((guess) => guess.finish(), undefined, '');
    this.#form.refuseDoubtful(this.#guesses);
    const [guess] = this.#agreeing();
    if (guess === undefined) throw new ReadError('there are no bytes');
    const { kind, base, missing, sink } = guess;
    const { order, width } = kind;
    const words = order === 'printed' || width === 1 ? null : { size: width, order };
    const form = this.#form.describe(guess);
    const isOpen = words !== null && this.#form.mark === 'space' && !this.#isEnded;
    const remark = isOpen ? 'the line with the length is missing: the last word may be filled up' : null;
    return { bytes: sink.view().slice(), form, words, base, missing, remark };
  }

  /** The guesses that hold, if they mean the same bytes. */
  #agreeing(): readonly Guess[] {
    const all = this.#guesses;
    if (agree(all)) return all;
    // xxd prints groups of two bytes unless it is told otherwise; its text column would show if they were words.
    const usual = all.filter(({ kind }) => kind.order === 'printed' && kind.column);
    const [first] = usual;
    if (this.#form.isXxdLike && first !== undefined && agree(usual)) {
      if (
        all
          .filter(({ kind }) => kind.column)
          .every((other) => differInDots(first.sink.view(), other.sink.view()))
      )
        return usual;
    }
    throw this.#form.doubt(all);
  }

  #each(step: (guess: Guess) => void, line: number | undefined, text: string): void {
    const before = this.#guesses;
    for (const guess of before) step(guess);
    if (before.every(({ failure }) => failure === null)) return;
    this.#guesses = before.filter(({ failure }) => failure === null);
    if (this.#guesses.length > 0) return;
    const reason = before[0]?.failure ?? '';
    throw line === undefined ? new ReadError(reason) : new ReadError(`${reason}: ${excerpt(text)}`, { line });
  }

  #refuseBehindEnd(line: number): void {
    if (this.#isEnded) throw new ReadError('a row after the end of the dump', { line });
  }
}

/** True if guesses mean the same bytes. */
function agree(guesses: readonly Guess[]): boolean {
  const [first, ...others] = guesses.map(({ sink }) => sink.view());
  return others.every(
    (bytes) => bytes.length === first?.length && bytes.every((byte, i) => byte === first[i]),
  );
}

/** True if bytes differ only in such as cannot be printed. */
function differInDots(bytes: Uint8Array, others: Uint8Array): boolean {
  const isDot = (byte = 0): boolean => byte < 0x20 || byte > 0x7e;
  return (
    bytes.length === others.length &&
    bytes.every((byte, i) => byte === others[i] || (isDot(byte) && isDot(others[i])))
  );
}

/** The ways in which rows that begin with this one can be meant. */
function guessesOf(row: Row, { order, gaps }: RowOptions): readonly Guess[] {
  const { width } = row.groups;
  const common = { width, gaps };
  const kinds: GuessKind[] = [];
  // lldb prints text behind bytes without 0x; gdb has none, and its numbers without 0x are decimal ones.
  const columns = row.isDebuggers && row.groups.marked === 0 ? [true] : [true, false];
  for (const column of columns) {
    for (const groupOrder of ordersOf(row, order)) {
      for (const radix of radicesOf(row)) kinds.push({ ...common, column, order: groupOrder, radix });
    }
  }
  return kinds.map((kind) => new Guess(kind));
}

function ordersOf(row: Row, order: 'little' | 'big'): readonly GroupOrder[] {
  const { mark, address, isDebuggers, groups } = row;
  if (groups.width === 1) return ['printed'];
  const isWord =
    groups.marked > 0 ||
    isDebuggers ||
    (mark === 'colon' && address.length >= longAddress) ||
    (mark === 'space' && (address.length === 6 || address.length === 7));
  return isWord ? [order] : ['printed', order];
}

/** Bases of a row's address: od prints octal ones unless it is told otherwise, `xxd -d` decimal ones. */
function radicesOf({ mark, address, isDebuggers }: Row): readonly GuessKind['radix'][] {
  if (mark === 'space' && address.length === 7) return [16, 8, 10];
  if (mark === 'colon' && address.length === 8 && !isDebuggers) return [16, 10];
  return [16];
}
