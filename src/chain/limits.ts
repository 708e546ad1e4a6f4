/** Limits of what is built and asked for; chains have their own limit of elements. */
export const limits = {
  /** Bytes that a buffer which may grow grows to, unless the caller says otherwise. */
  growTo: 0x10_0000,
  /** Times that a caller of a negotiated ioctl asks. */
  asks: 8,
} as const;
