import type { Missing } from './guess.ts';

/** Bytes that were read, and how. */
export interface Reading {
  readonly bytes: Uint8Array;
  /** What prints such text: `hexdump -C`, `gdb x/xw`; null for what needs no word: hex digits, raw bytes. */
  readonly form: string | null;
  /** Bytes of a word, and the order of bytes in it; null if groups are bytes. */
  readonly words: { readonly size: number; readonly order: 'little' | 'big' } | null;
  /** The address of the first byte, if the text says one. */
  readonly base: bigint | null;
  /** Bytes that the text leaves out; they are 0xff. */
  readonly missing: readonly Missing[];
  /** What else should be known about the bytes. */
  readonly remark: string | null;
}

/** A reading of a form without addresses and words. */
export function simpleReading(bytes: Uint8Array, form: string | null, remark: string | null = null): Reading {
  return { bytes, form, words: null, base: null, missing: [], remark };
}

/** Says how bytes were read, in words; null if that needs none. */
export function describeReading({ bytes, form, words, base, remark }: Reading): string | null {
  if (form === null) return null;
  const size = `${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'}`;
  const count = words === null ? 0 : bytes.length / words.size;
  const what =
    words === null
      ? size
      : Number.isInteger(count)
        ? `${count} ${words.order}-endian ${words.size}-byte ${count === 1 ? 'word' : 'words'}`
        : `${size} in ${words.order}-endian ${words.size}-byte words`;
  const place = base === null || base === 0n ? '' : ` from 0x${base.toString(16)} on`;
  return `read as ${form}, ${what}${place}${remark === null ? '' : ` (${remark})`}`;
}
