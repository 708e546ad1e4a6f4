import type { KnownPiece } from '../print/known-memory.ts';
import { bytesOf, type ReadHow, readFile, unpacked } from './input.ts';
import { UsageError } from './usage-error.ts';

/** Reads `--mem ADDR=FILE`: the bytes of a caller's memory from an address on. */
export function memoryPiece(text: string, how: ReadHow): KnownPiece {
  const [, address, path] = /^(0x[0-9a-f]{1,16}|[0-9]{1,20})=(.+)$/i.exec(text) ?? [];
  if (address === undefined || path === undefined || BigInt(address) >= 1n << 64n) {
    throw new UsageError(`--mem ${text}: expected ADDR=FILE, like 0x200000000=data.bin`);
  }
  const contents = unpacked(readFile(path), path);
  // Memory of no bytes is none that is wrong.
  const bytes = contents.length === 0 ? contents : bytesOf({ contents, name: path, path }, how);
  return { address: BigInt(address), bytes };
}
