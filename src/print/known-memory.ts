/** A piece of a caller's memory with its contents. */
export interface KnownPiece {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** All that is known of memory from an address on; no bytes where nothing is. */
export type KnownMemory = (address: bigint) => Uint8Array;

const nothing = new Uint8Array(0);

/** Memory of which nothing is known. */
export const unknownMemory: KnownMemory = () => nothing;

/** Memory of which pieces are known; they may adjoin, but a read ends with its piece. */
export function knownMemory(pieces: readonly KnownPiece[]): KnownMemory {
  if (pieces.length === 0) return unknownMemory;
  return (address) => {
    for (const piece of pieces) {
      const offset = address - piece.address;
      if (offset >= 0n && offset < BigInt(piece.bytes.length)) return piece.bytes.subarray(Number(offset));
    }
    return nothing;
  };
}
