import { PageFrames } from '../ioctl/page-frames.ts';
import { SparseMemory } from '../ioctl/sparse-memory.ts';
import { FileTable } from './file.ts';
import type { Credentials, Host, LockedPages } from './host.ts';
import { limits } from './limits.ts';
import { Iommufd } from './main.ts';

/** What a process is to be. */
export interface ProcessOptions {
  /** The machine's memory, to share it with devices and other processes; memory of its own unless given. */
  readonly frames?: PageFrames;
  /** CAP_IPC_LOCK and CAP_SYS_RESOURCE; yes unless it says no. */
  readonly privileged?: boolean;
  /** RLIMIT_MEMLOCK in bytes; 8 MiB unless given. */
  readonly memlockBytes?: number;
  /** Pinned pages of the user, to share them with other processes. */
  readonly user?: LockedPages;
  /** Gives the numbers of file descriptors; the lowest free one from 3 on unless given. */
  readonly chooseFd?: () => number;
  /** The kernel's memory for each open file in bytes; ENOMEM where it is used up. */
  readonly kernelBytes?: number;
  /** Asked before each allocation of the kernel; false makes it fail. */
  readonly allocate?: () => boolean;
}

/** A file that iommufd is behind. */
export type DevicePath = '/dev/iommu' | '/dev/vfio/vfio';

const devicePaths: readonly DevicePath[] = ['/dev/iommu', '/dev/vfio/vfio'];

/** Whether iommufd is behind a file. */
export function isDevicePath(path: string): path is DevicePath {
  return devicePaths.some((each) => each === path);
}

/** A process with an address space, file descriptors and limits. */
export class Process implements Host {
  readonly frames: PageFrames;
  readonly memory: SparseMemory;
  readonly files: FileTable;
  readonly credentials: Credentials;
  exited = false;
  readonly vfioNoIommu: boolean = false;
  readonly kernelBytes: number;
  readonly allocate: () => boolean;
  readonly #options: ProcessOptions;

  /** @param parent the process that it is forked from */
  constructor(options: ProcessOptions = {}, parent?: Process) {
    const { frames = new PageFrames(), privileged = true, memlockBytes = 8 * 1024 * 1024 } = options;
    this.#options = options;
    this.frames = frames;
    this.memory = parent?.memory.fork() ?? new SparseMemory(frames);
    this.files = parent?.files.fork() ?? new FileTable(options.chooseFd);
    this.credentials = {
      ipcLock: privileged,
      sysResource: privileged,
      rawIo: privileged,
      memlockBytes,
      user: options.user ?? { pages: 0 },
      process: { pages: 0 },
    };
    this.kernelBytes = options.kernelBytes ?? limits.kernelBytes;
    this.allocate = options.allocate ?? (() => true);
  }

  /** Opens /dev/iommu; or /dev/vfio/vfio, which counts pinned memory as VFIO does. */
  open(path: DevicePath = '/dev/iommu'): Iommufd {
    return new Iommufd(this, { viaVfio: path === '/dev/vfio/vfio' });
  }

  /** fork(2): a process with a copy of the memory and the same open files. It says so when it calls `Iommufd.ioctl`. */
  fork(): Process {
    const { frames, credentials } = this;
    return new Process({ ...this.#options, frames, user: credentials.user }, this);
  }

  /** The process ends: its memory is unmapped, its files are closed. What is pinned of it stays. */
  exit(): void {
    this.exited = true;
    this.files.closeAll();
    this.memory.unmapAll();
  }
}
