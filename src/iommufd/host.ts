import type { PageFrames } from '../ioctl/page-frames.ts';
import type { UserMemory } from '../ioctl/user-memory.ts';
import type { FileTable } from './file.ts';

/** Pages that count against a limit. */
export interface LockedPages {
  pages: number;
}

/** What the caller may do. */
export interface Credentials {
  /** CAP_IPC_LOCK: pinned memory is not counted. */
  readonly ipcLock: boolean;
  /** CAP_SYS_RESOURCE: IOMMU_OPTION_RLIMIT_MODE may be set. */
  readonly sysResource: boolean;
  /** CAP_SYS_RAWIO: devices without an IOMMU may be used; yes unless it says no. */
  readonly rawIo?: boolean;
  /** RLIMIT_MEMLOCK in bytes. */
  readonly memlockBytes: number;
  /** Pinned pages of all processes of the user. */
  readonly user: LockedPages;
  /** Pinned pages of the process. */
  readonly process: LockedPages;
}

/** The process that has /dev/iommu open, and the machine below. */
export interface Host {
  readonly memory: UserMemory;
  readonly frames: PageFrames;
  readonly files: FileTable;
  readonly credentials: Credentials;
  /** The process has ended and its memory is gone; no unless it says so. */
  readonly exited?: boolean;
  /** The kernel is built with CONFIG_VFIO_NOIOMMU. */
  readonly vfioNoIommu: boolean;
  /** The kernel's memory for each open file in bytes; limits.kernelBytes unless given. */
  readonly kernelBytes?: number;
  /** Asked before each allocation of the kernel; false makes it fail with ENOMEM. */
  allocate(): boolean;
}
