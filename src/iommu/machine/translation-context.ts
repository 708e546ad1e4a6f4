import type { Tag } from './command.ts';
import {
  type PageResult,
  type PageTableFormat,
  smmuFormat,
  type WalkResult,
  walkPageTable,
} from './page-table.ts';
import { CD_SIZE, parseContextDescriptor } from './pasid-table.ts';
import { CACHED_PAGE } from './translation-cache.ts';

/** Addresses that lead to others: what the kernel fills. */
export interface AddressMap {
  /** Where an address leads; null where nothing is mapped. */
  lookup(address: bigint): WalkResult | null;
}

/** Memory at the addresses that the second stage leads to. */
export interface TableMemory {
  /** A copy of the bytes from an address on; null where some of them are not there. */
  read(address: bigint, length: number): Uint8Array | null;
}

/** How one stream is translated: a first stage that its user fills, if any, and a second one of the kernel. */
export interface TranslationContext {
  readonly tag: Tag;
  readonly stage1: {
    readonly format: PageTableFormat;
    readonly root: bigint;
    readonly levels: number;
  } | null;
  readonly stage2: AddressMap;
}

/** A PASID table that its user fills: it says how each PASID is translated. */
export interface UserPasidTable {
  readonly domain: number;
  /** Address in the second stage. */
  readonly base: bigint;
  readonly pasidBits: number;
  readonly stage2: AddressMap;
}

/** Translates by walking whatever tables there are. */
export function walk(context: TranslationContext, memory: TableMemory, address: bigint): PageResult | null {
  const { stage1, stage2 } = context;
  if (stage1 === null) {
    const only = stage2.lookup(address);
    // The kernel takes mappings away as a whole, and names all of them.
    return only === null ? null : { ...only, pageSize: CACHED_PAGE };
  }
  const first = walkPageTable(stage1.format, stage1, address, (at) => readWord(stage2, memory, at));
  if (first === null) return null;
  const second = stage2.lookup(first.address);
  return second === null ? null : { ...first, address: second.address, prot: first.prot & second.prot };
}

/** What a PASID table says about a PASID; null where it has no valid entry. */
export function readPasidTable(
  table: UserPasidTable,
  memory: TableMemory,
  pasid: number,
): TranslationContext | null {
  if (pasid >= 2 ** table.pasidBits) return null;
  const at = table.base + BigInt(pasid) * CD_SIZE;
  const word0 = readWord(table.stage2, memory, at);
  const word1 = readWord(table.stage2, memory, at + 8n);
  const descriptor = word0 === null || word1 === null ? null : parseContextDescriptor(word0, word1);
  if (descriptor === null) return null;
  return {
    tag: { domain: table.domain, asid: descriptor.asid },
    stage1: { format: smmuFormat, root: descriptor.root, levels: 4 },
    stage2: table.stage2,
  };
}

/** 8 bytes at an address of the second stage, which the hardware must be able to read. */
function readWord(stage2: AddressMap, memory: TableMemory, address: bigint): bigint | null {
  const at = stage2.lookup(address);
  if (at === null || (at.prot & 1) === 0) return null;
  const bytes = memory.read(at.address, 8);
  return bytes === null ? null : new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
}
