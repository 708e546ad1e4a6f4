/** Limits of the schema language: what no real interface reaches, and what keeps a hostile schema cheap. */
export const limits = {
  /** Size of one schema file in characters. */
  fileBytes: 1 << 20,
  /** Files that one schema may include and import, itself counted. */
  files: 256,
  /** Nesting of maps and lists in a file. */
  nesting: 64,
  /** Length of an expression in characters. */
  expressionLength: 2048,
  /** Nesting of parentheses, unary operators and conditionals in an expression. */
  expressionNesting: 64,
  /** Operators on the longest way through an expression. */
  expressionDepth: 256,
  /** Operators and names on the longest way through a constant and those that its value needs. */
  constantDepth: 2000,
  /** Characters of an integer. */
  integerDigits: 48,
  /** Elements of an array, over all its dimensions. */
  arrayLength: 1 << 20,
  /** Size of a struct in bytes. */
  structBytes: 1 << 26,
  /** Structs inside structs. */
  structNesting: 32,
  /** Lengths that an array type may have. */
  dimensions: 8,
  /** Members of a struct, inline ones not counted. */
  fields: 1024,
  /** Ranges of bits of one integer. */
  bitRanges: 256,
  /** Diagnostics that one run collects; the rest are counted only. */
  diagnostics: 1000,
  /** Diagnostics that get a suggestion: looking for similar names costs time. */
  suggestions: 100,
  /** Characters of a message. */
  message: 400,
  /** Bits that a constant may have. */
  constantBits: 128,
} as const;
