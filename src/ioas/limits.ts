/** Bounds of the model; a call beyond one answers ENOSPC or as its rule says. */
export const limits = {
  /** Objects of one file. */
  ids: 1 << 20,
  /** Most commands that one IOAS_HW_INVALIDATE takes. */
  commands: 1 << 19,
  /** Page faults of one file that wait for an answer; further ones are answered INVALID. */
  faults: 1 << 12,
  /** Largest argument struct, as the caller gives its size. */
  argument: 1 << 16,
} as const;
