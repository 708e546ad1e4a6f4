/** What is known of the memory that payloads point to. */
export interface UserMemory {
  /** Whether all bytes of a range can be read and written; null where nobody knows. */
  mapped(address: bigint, length: bigint): boolean | null;
  /** The bytes of a range; null where they are not known. */
  read(address: bigint, length: number): Uint8Array | null;
}

/** A piece of memory with its contents. */
export interface MemoryPiece {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/**
 * Memory of which pieces are known.
 *
 * @param regions all memory that is mapped; null where that is not known
 */
export function memoryOf(
  pieces: readonly MemoryPiece[],
  regions: readonly { readonly start: bigint; readonly length: bigint }[] | null = null,
): UserMemory {
  const piece = (address: bigint, length: bigint): MemoryPiece | undefined =>
    pieces.find(
      (one) => address >= one.address && address + length <= one.address + BigInt(one.bytes.length),
    );
  return {
    mapped(address, length) {
      if (length === 0n || piece(address, length) !== undefined) return true;
      if (regions === null) return null;
      return regions.some(({ start, length: size }) => address >= start && address + length <= start + size);
    },
    read(address, length) {
      const found = piece(address, BigInt(length));
      if (found === undefined) return null;
      const start = Number(address - found.address);
      return found.bytes.subarray(start, start + length);
    },
  };
}
