import { type PageTableFormat, walkPageTable } from './page-table.ts';

/** Memory of a guest, by its own addresses. */
export interface GuestMemory {
  /** Bytes from an address on; null where some of them are not there. */
  read(address: bigint, length: number): Uint8Array | null;
  /** Writes bytes from an address on, as far as there is memory. */
  write(address: bigint, bytes: Uint8Array): void;
}

const levels = 4;
const pageBits = 12n;
const indexBits = 9n;

/** A page table as a guest fills it, in its own memory. The hardware hears of changes by invalidation only. */
export class GuestPageTable {
  readonly format: PageTableFormat;
  readonly root: bigint;
  readonly #memory: GuestMemory;
  readonly #allocate: () => bigint;

  /** @param allocate gives the address of a page of zeros */
  constructor(format: PageTableFormat, memory: GuestMemory, allocate: () => bigint) {
    this.format = format;
    this.#memory = memory;
    this.#allocate = allocate;
    this.root = allocate();
  }

  /** Maps a page of 4 KiB, or of 2 MiB or 1 GiB with `level` 2 or 3. */
  map(input: bigint, address: bigint, prot: number, level = 1): void {
    this.#write(
      this.#slot(input, level, true) as bigint,
      this.format.make({ kind: 'page', address, prot }, level),
    );
  }

  /** Takes a page of 4 KiB away. */
  unmap(input: bigint): void {
    const slot = this.#slot(input, 1, false);
    if (slot !== null) this.#write(slot, 0n);
  }

  /** Where an address leads now. */
  lookup(input: bigint): bigint | null {
    const { format, root } = this;
    return walkPageTable(format, { root, levels }, input, (at) => this.#read(at))?.address ?? null;
  }

  #slot(input: bigint, level: number, make: boolean): bigint | null {
    let table = this.root;
    for (let at = levels; ; at--) {
      const slot = table + ((input >> (pageBits + indexBits * BigInt(at - 1))) & 0x1ffn) * 8n;
      if (at === level) return slot;
      const entry = this.format.parse(this.#read(slot) ?? 0n, at);
      if (entry?.kind === 'table') table = entry.address;
      else if (!make) return null;
      else {
        table = this.#allocate();
        this.#write(slot, this.format.make({ kind: 'table', address: table, prot: 3 }, at));
      }
    }
  }

  #read(address: bigint): bigint | null {
    const bytes = this.#memory.read(address, 8);
    return bytes === null ? null : new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  }

  #write(address: bigint, entry: bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, entry, true);
    this.#memory.write(address, bytes);
  }
}
