/** What a call's argument points to. */
export interface CallData {
  /** Bytes at an address of the caller; null where they cannot be read. */
  read(address: bigint, length: number): Uint8Array | null;
}
