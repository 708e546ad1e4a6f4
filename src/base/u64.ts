/** The largest u64; addresses and IOVAs end here. */
export const U64_MAX = 0xffff_ffff_ffff_ffffn;
