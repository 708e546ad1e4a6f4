/** Bounds that keep validation total for every schema and every payload. */
export const limits = {
  /** Structs inside structs and behind pointers. */
  nesting: 16,
  /** Elements of an array that are looked at; what those behind make the kernel answer is open. */
  elements: 4096,
  /** Bytes behind a pointer that are looked into. */
  memory: 1 << 20,
  /** Issues of one report. */
  issues: 256,
} as const;
