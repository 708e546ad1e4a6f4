import { Option } from 'commander';
import { UsageError } from '../../base/usage-error.ts';
import type { KnownPiece } from '../../print/known-memory.ts';
import { bytesOf, type ReadHow, readFile, unpacked } from '../input.ts';
import { repeatable } from './repeatable.ts';

/** The kind of file that a number of an ioctl is for. */
export const fdOption: Option = new Option(
  '--fd <KIND>',
  'kind of file that the ioctl is for: iommufd, vfio_device, vfio_container, ...',
);

/** Memory of the caller, for what fields point to. */
export const memoryOption: Option = repeatable(
  '--mem <ADDR=FILE>',
  "bytes of the caller's memory from an address on",
);

/** The bytes of an input as they are, also if they can be printed. */
export const rawInputOption: Option = new Option(
  '--raw-input',
  'take the bytes of INPUT as they are, even if they can be printed',
);

/** Reads the ADDR=FILE of {@link memoryOption}. */
export function memoryPiece(text: string, how: ReadHow): KnownPiece {
  const [, address, path] = /^(0x[0-9a-f]{1,16}|[0-9]{1,20})=(.+)$/i.exec(text) ?? [];
  if (address === undefined || path === undefined || BigInt(address) >= 1n << 64n) {
    throw new UsageError(`--mem ${text}: expected ADDR=FILE, like 0x200000000=data.bin`);
  }
  const contents = unpacked(readFile(path), path);
  // Memory of no bytes is nothing that is wrong.
  const bytes = contents.length === 0 ? contents : bytesOf({ contents, name: path, path }, how);
  return { address: BigInt(address), bytes };
}
