/** What a chain's bytes have that they should not. */
export type ChainIssueCode =
  /** A pointer leads to an element that was visited before, or to the one that holds it. */
  | 'loop'
  | 'self-link'
  /** A pointer below the first or above the last place for elements. */
  | 'below-first'
  | 'above-last'
  /** Bits of a pointer are set that do not count; they are masked off. */
  | 'reserved-bits'
  /** A pointer to no multiple of the alignment; it is followed. */
  | 'unaligned'
  /** A pointer to where there are no bytes, or too few for a header. */
  | 'past-end'
  | 'truncated-header'
  /** An id or header that says that nothing is there, or that nothing answers; the list ends. */
  | 'empty'
  | 'broken'
  /** An id of zero, or with all bits set; the element is listed. */
  | 'null-id'
  | 'all-ones-id'
  /** More elements than a walk visits. */
  | 'limit'
  /** An element begins inside the header or body of another one, or its body runs into the next one. */
  | 'overlap'
  /** The body needs more bytes than there are, or an offset or count in it leads outside; it stays raw. */
  | 'truncated-body'
  | 'bad-body'
  /** The struct that holds the head is cut short. */
  | 'truncated-head'
  /** The struct with the head says that there is a list, but no chain fits its layout. */
  | 'no-such-layout'
  /** The decoded values do not make the same bytes again; the element stays raw. */
  | 'irreversible';

/** One finding. Nothing of it keeps the rest from being read. */
export interface ChainIssue {
  readonly code: ChainIssueCode;
  /** The chain; null where it is about the struct with the head. */
  readonly chain: string | null;
  /** Bytes from the start of the region: of the pointer, header or field with the wrong contents. */
  readonly offset: number;
  readonly found: number;
  /** What would have been right, a number or in words. */
  readonly expected: number | string;
  /** Offset of the element whose pointer or body it is; null for the head's. */
  readonly element: number | null;
  /** The struct that the body should be, where it is about a body. */
  readonly struct?: string;
}

const sentences: Readonly<Record<ChainIssueCode, string>> = {
  loop: 'the pointer leads back to an element that was already visited',
  'self-link': 'the element points to itself',
  'below-first': 'the pointer leads below the first place for elements',
  'above-last': 'the pointer leads above the last place for elements',
  'reserved-bits': 'reserved bits of the pointer are set',
  unaligned: 'the pointer is not aligned',
  'past-end': 'the pointer leads past the end',
  'truncated-header': 'the header is cut short',
  empty: 'there is no element where the pointer leads',
  broken: 'nothing responds where the pointer leads',
  'null-id': 'the id is 0',
  'all-ones-id': 'the id has all bits set',
  limit: 'the list has more elements than allowed',
  overlap: 'the element overlaps another one',
  'truncated-body': 'the body is cut short',
  'bad-body': 'the body leads outside of itself',
  'truncated-head': 'the struct with the head of the list is cut short',
  'no-such-layout': 'there should be a list, but not in this layout',
  irreversible: 'the decoded values do not encode to the same bytes',
};

/** A finding as one sentence. */
export function describeIssue(issue: ChainIssue): string {
  const { code, chain, offset, found, expected, struct } = issue;
  const subject = struct === undefined ? '' : ` (${struct})`;
  const wanted = typeof expected === 'number' ? hex(expected) : expected;
  return `${code} at ${hex(offset)}${chain === null ? '' : ` in ${chain}`}: ${sentences[code]}${subject}, found ${hex(found)}, expected ${wanted}.`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/**
 * Why a walk stopped: `end` is a pointer that ends the list, `none` a list that is not there, `no-head` a region too
 * short for the pointer to the first element; the others are those of the issues.
 */
export type WalkEnd =
  | 'end'
  | 'none'
  | 'no-head'
  | 'empty'
  | 'broken'
  | 'loop'
  | 'below'
  | 'above'
  | 'past-end'
  | 'truncated'
  | 'limit';
