/** Limits of layouts. */
export const limits = {
  /** Deepest nesting of structs that is laid out; the resolver refuses structs that contain themselves. */
  nesting: 64,
} as const;
