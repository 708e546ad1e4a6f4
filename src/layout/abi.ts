/** What a machine's C calling convention says about the layout of structs. */
export interface Abi {
  readonly name: 'lp64' | 'ilp32' | 'i386';
  /** Byte order of integers, and the end from which C bit-fields are handed out. */
  readonly endian: 'little' | 'big';
  /** Size and alignment of a pointer in bytes. */
  readonly pointerBytes: 4 | 8;
  /** Alignment in bytes of a plain 64-bit integer in a struct; an `aligned_` one always has 8. */
  readonly u64Align: 4 | 8;
}

/** The abis by their text form: `lp64` (64-bit machines), `ilp32` (arm, riscv32), `i386`, and `-be` variants. */
export const abis = {
  lp64: { name: 'lp64', endian: 'little', pointerBytes: 8, u64Align: 8 },
  'lp64-be': { name: 'lp64', endian: 'big', pointerBytes: 8, u64Align: 8 },
  ilp32: { name: 'ilp32', endian: 'little', pointerBytes: 4, u64Align: 8 },
  'ilp32-be': { name: 'ilp32', endian: 'big', pointerBytes: 4, u64Align: 8 },
  i386: { name: 'i386', endian: 'little', pointerBytes: 4, u64Align: 4 },
  'i386-be': { name: 'i386', endian: 'big', pointerBytes: 4, u64Align: 4 },
} as const satisfies Readonly<Record<string, Abi>>;

/**
 * Reads an abi: `lp64`, `ilp32` or `i386`, alone or with `-le` or `-be`.
 *
 * @returns undefined where there is no such abi
 */
export function parseAbi(text: string): Abi | undefined {
  const name = text.replace(/(?<!-be)-le$/, '');
  return Object.entries(abis).find(([key]) => key === name)?.[1];
}

/** Writes an abi as {@link parseAbi} reads it: `lp64`, `i386-be`. */
export function formatAbi(abi: Abi): string {
  return abi.endian === 'big' ? `${abi.name}-be` : abi.name;
}
