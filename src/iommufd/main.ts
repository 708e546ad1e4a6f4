import { IOMMUFD_CMD_BASE } from '../generated/ts/iommufd.ts';
import { copyStructFromUser } from '../ioctl/copy-struct.ts';
import { TASK_SIZE_MAX } from '../ioctl/user-memory.ts';
import type { Errno } from '../model/errno.ts';
import { IommufdContext } from './context.ts';
import { Failure, fail } from './failure.ts';
import type { Host } from './host.ts';
import { limits } from './limits.ts';
import { operations } from './operations.ts';
import { noReply, type Reply } from './ucmd.ts';
import { vfioIoctl } from './vfio-compat.ts';

/** What a system call gave. */
export interface CallResult {
  /** As the caller sees it: -1 where it failed. */
  readonly ret: number;
  readonly errno: Errno | null;
  /** The check that refused; null where the call did what it should. */
  readonly check: string | null;
}

/** Numbers from IOMMUFD_CMD_BASE on that are looked up in the table; the others go to VFIO. */
const tableLength = Math.max(...operations.map(({ cmd }) => cmd & 0xff)) - IOMMUFD_CMD_BASE + 1;

const table = Array.from({ length: tableLength }, (_, index) =>
  operations.find(({ cmd }) => (cmd & 0xff) === IOMMUFD_CMD_BASE + index),
);

/** An open /dev/iommu. */
export class Iommufd {
  readonly context: IommufdContext;

  /** @kernel main.c iommufd_fops_open */
  constructor(host: Host, { viaVfio = false }: { readonly viaVfio?: boolean } = {}) {
    this.context = new IommufdContext(host);
    if (viaVfio) this.context.accountMode = 'mm';
  }

  /**
   * An ioctl as a process makes it.
   *
   * @param arg address of the argument struct, or the argument itself
   * @param caller another process that has the file too (fork); the one that opened it unless given
   */
  ioctl(cmd: number, arg: bigint, caller?: Host): CallResult {
    const { context } = this;
    const opener = context.host;
    if (caller === undefined || caller === opener) return resultOf(iommufdIoctl(context, cmd, arg));
    context.host = caller;
    try {
      return resultOf(iommufdIoctl(context, cmd, arg));
    } finally {
      context.host = opener;
    }
  }

  /** read(2) on a file that this handed out. @param caller as of an ioctl */
  read(fd: number, address: bigint, length: number, caller: Host = this.context.host): CallResult {
    return resultOf(transfer(caller, fd, 'read', address, length));
  }

  /** write(2) on such a file. */
  write(fd: number, address: bigint, length: number, caller: Host = this.context.host): CallResult {
    return resultOf(transfer(caller, fd, 'write', address, length));
  }

  /** close(2) of such a file. */
  closeFile(fd: number, caller: Host = this.context.host): CallResult {
    return resultOf(caller.files.close(fd) ? 0 : fail('EBADF', 'open-file'));
  }

  /** close(2) of /dev/iommu itself; everything goes with the last file that holds it. */
  close(): void {
    this.context.put();
  }
}

function resultOf(value: number | Failure): CallResult {
  return value instanceof Failure
    ? { ret: -1, errno: value.errno, check: value.check }
    : { ret: value, errno: null, check: null };
}

/** What all files check before their own code runs. @kernel fs/read_write.c vfs_read vfs_write */
function transfer(
  { files, memory }: Host,
  fd: number,
  direction: 'read' | 'write',
  address: bigint,
  length: number,
): number | Failure {
  const file = files.get(fd);
  if (file === undefined) return fail('EBADF', 'open-file');
  if (file[direction] === undefined) return fail('EINVAL', 'file-allows');
  if (address + BigInt(length) > TASK_SIZE_MAX) return fail('EFAULT', 'buffer-in-reach');
  return file[direction](memory, address, Math.min(length, limits.transferBytesMax));
}

/** @kernel main.c iommufd_fops_ioctl */
function iommufdIoctl(ictx: IommufdContext, cmd: number, arg: bigint): number | Failure {
  const number = (cmd & 0xff) - IOMMUFD_CMD_BASE;
  if (number < 0 || number >= tableLength) return vfioIoctl(ictx, cmd, arg);
  const { memory } = ictx.host;
  const operation = table[number];
  if (operation !== undefined && operation.cmd === cmd) {
    // Most callers give just what we know: one read does then, and answers as the single steps below.
    const bytes = memory.read(arg, operation.size);
    const view = bytes === null ? null : new DataView(bytes.buffer);
    if (bytes !== null && view?.getUint32(0, true) === operation.size) {
      return operation.execute(view, new Answer(ictx, arg, operation.size, bytes)) ?? 0;
    }
  }
  const head = memory.read(arg, 4);
  if (head === null) return fail('EFAULT', 'size-readable');
  const size = new DataView(head.buffer).getUint32(0, true);
  if (operation === undefined || operation.cmd !== cmd) return fail('ENOTTY', 'known-ioctl');
  if (size < operation.minSize) return fail('EINVAL', 'size-enough');
  const bytes = copyStructFromUser(memory, { address: arg, size }, operation.size);
  if (typeof bytes === 'string') return fail(bytes, bytes === 'E2BIG' ? 'rest-zero' : 'argument-readable');
  return operation.execute(new DataView(bytes.buffer), new Answer(ictx, arg, size, bytes)) ?? 0;
}

/** Where the answer of a call goes. */
class Answer implements Reply {
  readonly ictx: IommufdContext;
  readonly #arg: bigint;
  readonly #size: number;
  readonly #bytes: Uint8Array;

  constructor(ictx: IommufdContext, arg: bigint, size: number, bytes: Uint8Array) {
    this.ictx = ictx;
    this.#arg = arg;
    this.#size = size;
    this.#bytes = bytes;
  }

  respond(): Failure | null {
    const bytes = this.#size < this.#bytes.length ? this.#bytes.subarray(0, this.#size) : this.#bytes;
    return this.ictx.host.memory.write(this.#arg, bytes) < bytes.length ? noReply : null;
  }

  respondFrom(offset: number): Failure | null {
    const bytes = this.#bytes.subarray(offset);
    return this.ictx.host.memory.write(this.#arg + BigInt(offset), bytes) < bytes.length ? noReply : null;
  }
}
