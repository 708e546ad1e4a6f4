import { IOMMU_READ, IOMMU_WRITE } from '../kernel-api/driver.ts';

/** An entry of a page table, understood. */
export interface TableEntry {
  readonly kind: 'table' | 'page';
  /** Where the next table or the page is. */
  readonly address: bigint;
  /** What may be done below. */
  readonly prot: number;
}

/** How a vendor's page table looks: 512 entries of 8 bytes at each level. */
export interface PageTableFormat {
  /** IOAS_FORMAT_ */
  readonly id: number;
  readonly name: string;
  /** Null where the entry is not valid. Level 1 is the last one. */
  readonly parse: (entry: bigint, level: number) => TableEntry | null;
  /** An entry, for those who fill tables. */
  readonly make: (entry: TableEntry, level: number) => bigint;
}

/** Where a walk led. */
export interface WalkResult {
  readonly address: bigint;
  readonly prot: number;
}

/** Where the walk of a page table led. */
export interface PageResult extends WalkResult {
  /** Bytes of the page that the last entry stands for. */
  readonly pageSize: bigint;
}

const indexBits = 9n;
const pageBits = 12n;
const indexMask = (1n << indexBits) - 1n;

/**
 * Walks a page table.
 *
 * @param readEntry reads 8 bytes at an address of what the table lies in; null where there is nothing
 */
export function walkPageTable(
  format: PageTableFormat,
  { root, levels }: { readonly root: bigint; readonly levels: number },
  input: bigint,
  readEntry: (address: bigint) => bigint | null,
): PageResult | null {
  if (input >> (pageBits + indexBits * BigInt(levels)) !== 0n) return null;
  let table = root;
  let prot = IOMMU_READ | IOMMU_WRITE;
  for (let level = levels; level >= 1; level--) {
    const shift = pageBits + indexBits * BigInt(level - 1);
    const raw = readEntry(table + ((input >> shift) & indexMask) * 8n);
    const entry = raw === null ? null : format.parse(raw, level);
    if (entry === null) return null;
    prot &= entry.prot;
    const pageSize = 1n << shift;
    if (entry.kind === 'page') return { address: entry.address + (input % pageSize), prot, pageSize };
    table = entry.address;
  }
  return null;
}

const both = IOMMU_READ | IOMMU_WRITE;
const addressMask = 0x000f_ffff_ffff_f000n;
const armAddressMask = 0x0000_ffff_ffff_f000n;

/** Whether the low bits that an entry of this level must not use are 0. */
function isAligned(address: bigint, level: number): boolean {
  return (address & ((1n << (pageBits + indexBits * BigInt(level - 1))) - 1n)) === 0n;
}

/** x86-64: present 0, writable 1, page size 7. The tables of VT-d and of AMD look alike as far as this goes. */
function x86Format(id: number, name: string): PageTableFormat {
  return {
    id,
    name,
    parse(entry, level) {
      if ((entry & 1n) === 0n) return null;
      const isLarge = level > 1 && (entry & 0x80n) !== 0n;
      if (isLarge && level > 3) return null;
      const isPage = isLarge || level === 1;
      const address = entry & addressMask;
      if (isPage && !isAligned(address, level)) return null;
      return { kind: isPage ? 'page' : 'table', address, prot: (entry & 2n) !== 0n ? both : IOMMU_READ };
    },
    make: ({ kind, address, prot }, level) =>
      address | 1n | ((prot & IOMMU_WRITE) !== 0 ? 2n : 0n) | (kind === 'page' && level > 1 ? 0x80n : 0n),
  };
}

/** Intel VT-d, first stage. */
export const vtdFormat: PageTableFormat = x86Format(1, 'vtd_s1');
/** AMD, guest translation. */
export const amdFormat: PageTableFormat = x86Format(3, 'amd_v2');

/** Arm 64-bit descriptors: valid 0, table or page 1, AP[2] 7 (read only), access flag 10. */
export const smmuFormat: PageTableFormat = {
  id: 2,
  name: 'smmuv3_s1',
  parse(entry, level) {
    if ((entry & 1n) === 0n) return null;
    const address = entry & armAddressMask;
    const second = (entry & 2n) !== 0n;
    if (level > 1 && second) return { kind: 'table', address, prot: both };
    if ((level === 1 && !second) || level === 4 || !isAligned(address, level)) return null;
    if ((entry & 0x400n) === 0n) return null;
    return { kind: 'page', address, prot: (entry & 0x80n) !== 0n ? IOMMU_READ : both };
  },
  make: ({ kind, address, prot }, level) =>
    kind === 'table'
      ? address | 3n
      : address | 0x401n | (level === 1 ? 2n : 0n) | ((prot & IOMMU_WRITE) !== 0 ? 0n : 0x80n),
};
