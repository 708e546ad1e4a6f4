import type { RegisterAccess } from '../model/bits.ts';

/** A value of a struct's member, made ready for people: a node of a tree. */
export interface PrintedField {
  readonly name: string;
  /** `flag` is a single bit, `derived` a value that several fields make together, `group` holds only others. */
  readonly kind: 'group' | 'integer' | 'flag' | 'bytes' | 'text' | 'list' | 'derived';
  /** Bytes from the start of the buffer; null for bits, and where it is not known. */
  readonly offset: number | null;
  /** Bytes that the field takes; null for bits, and where it is not known. */
  readonly size: number | null;
  /** The value with its unit; empty for a group. */
  readonly text: string;
  /** What the value means: the name of the value, the flags that are set, the sum that it counts. */
  readonly meaning: string;
  readonly doc: string;
  readonly access: RegisterAccess | null;
  /** Reserved, and set all the same; reserved fields that are 0 are not printed. */
  readonly reserved: boolean;
  /** Whether a `flag` is set. */
  readonly set: boolean;
  readonly fields: readonly PrintedField[];
}

/** A printed field with what most have not. */
export function printedField(
  parts: Pick<PrintedField, 'name' | 'kind' | 'text'> & Partial<PrintedField>,
): PrintedField {
  return {
    offset: null,
    size: null,
    meaning: '',
    doc: '',
    access: null,
    reserved: false,
    set: false,
    fields: [],
    ...parts,
  };
}
