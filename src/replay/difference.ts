import { hexOfBytes } from '../base/hex.ts';
import type { CallResult } from '../ioctl/call-result.ts';
import type { TraceRecord } from '../trace/record.ts';

/** Something that the reference does otherwise than the kernel did. */
export interface Difference {
  /** `result`: return value and errno; `out`: the argument struct afterwards; `data`: what was read; `buffer`. */
  readonly what: 'result' | 'out' | 'data' | 'buffer';
  /** Where: the offset in `out` and `data`, the address of a buffer's byte. */
  readonly at: bigint;
  readonly expected: string;
  readonly actual: string;
}

/** What the reference gave. */
export interface Answer {
  readonly result: CallResult;
  /** The argument struct afterwards, or what was read. */
  readonly out: Uint8Array;
  /** The recorded buffers afterwards. */
  readonly buffers: readonly Uint8Array[];
}

/** Compares a call with its recording. */
export function differences(
  record: TraceRecord,
  { result: { ret, errno }, out, buffers }: Answer,
): readonly Difference[] {
  const found: Difference[] = [];
  if (ret !== record.ret || errno !== record.errno) {
    found.push({
      what: 'result',
      at: 0n,
      expected: resultText(record.ret, record.errno),
      actual: resultText(ret, errno),
    });
  }
  if (record.kind === 'ioctl') {
    compare(found, 'out', 0n, mask(record.out, record.ignore), mask(out, record.ignore));
    for (const [index, { address, out: after }] of record.buffers.entries()) {
      compare(found, 'buffer', address, after, buffers[index] ?? new Uint8Array(0));
    }
  }
  if (record.kind === 'read') compare(found, 'data', 0n, record.data, out);
  return found;
}

/** As strace says it. */
export function resultText(ret: number, errno: string | null): string {
  return errno === null ? `${ret}` : `${ret} ${errno}`;
}

function compare(
  found: Difference[],
  what: Difference['what'],
  start: bigint,
  expected: Uint8Array,
  actual: Uint8Array,
): void {
  const length = Math.max(expected.length, actual.length);
  let first = 0;
  while (first < length && expected[first] === actual[first]) first++;
  if (first === length) return;
  let last = length;
  while (last > first + 1 && expected[last - 1] === actual[last - 1]) last--;
  found.push({
    what,
    at: start + BigInt(first),
    expected: hexOfBytes(expected.subarray(first, last)),
    actual: hexOfBytes(actual.subarray(first, last)),
  });
}

/** With zeros where bytes differ from run to run. */
function mask(bytes: Uint8Array, ignore: readonly (readonly [number, number])[]): Uint8Array {
  if (ignore.length === 0) return bytes;
  const masked = bytes.slice();
  for (const [offset, length] of ignore) masked.fill(0, offset, offset + length);
  return masked;
}
