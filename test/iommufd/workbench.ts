import { IOMMU_IOAS_MAP_READABLE, IOMMU_IOAS_MAP_WRITEABLE } from '../../src/generated/ts/iommufd.ts';
import type { Result } from '../../src/ioctl/call-result.ts';
import { IommufdCalls } from '../../src/iommufd/calls.ts';
import type { Iommufd } from '../../src/iommufd/main.ts';
import { Process, type ProcessOptions } from '../../src/iommufd/process.ts';

export const page = 4096n;
export const arena = 0x1_0000_0000n;
export const arenaPages = 64n;
export const scratch = 0x2_0000_0000n;
export const nowhere = 0x3_0000_0000n;
export const readWrite = IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE;

export interface Workbench {
  readonly process: Process;
  readonly iommufd: Iommufd;
  readonly calls: IommufdCalls;
}

/** A process with some memory, and /dev/iommu open. */
export function workbench(options: ProcessOptions = {}): Workbench {
  const process = new Process(options);
  process.memory.map(arena, arenaPages * page, {
    fill: (address) => (bytes) => new DataView(bytes.buffer).setBigUint64(0, address, true),
  });
  process.memory.map(scratch, 16n * page);
  const iommufd = process.open();
  return { process, iommufd, calls: new IommufdCalls(iommufd, { address: scratch, length: 4096 }) };
}

/** The value of a call that must not fail. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused with ${result.errno} by ${result.check}`);
  return result.value;
}

/** What became of a call, as short as it can be said. */
export function outcome(result: Result<unknown>): string {
  return result.ok ? '0' : result.errno;
}
