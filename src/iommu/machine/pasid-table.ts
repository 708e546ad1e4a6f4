/** Bytes of a context descriptor of SMMUv3 (arm-smmu-v3.h CTXDESC_CD_DWORDS: 8 words of 8 bytes). */
export const CD_SIZE = 64n;

/** What a context descriptor says. */
export interface ContextDescriptor {
  readonly asid: number;
  /** Root of the page table. */
  readonly root: bigint;
}

const validBit = 1n << 31n;
const rootMask = 0x000f_ffff_ffff_fff0n;

/** Reads a descriptor from its first two words (V 31, ASID 63:48; TTB0 51:4); null where it is not valid. */
export function parseContextDescriptor(word0: bigint, word1: bigint): ContextDescriptor | null {
  if ((word0 & validBit) === 0n) return null;
  return { asid: Number(word0 >> 48n), root: word1 & rootMask };
}

/** The first two words of a descriptor, for those who fill tables. */
export function contextDescriptorWords({ asid, root }: ContextDescriptor): readonly [bigint, bigint] {
  return [validBit | (BigInt(asid) << 48n), root & rootMask];
}
