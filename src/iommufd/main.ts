import { IOMMUFD_CMD_BASE } from '../generated/ts/iommufd.ts';
import { copyArgument, readSize } from '../ioctl/argument.ts';
import { type CallResult, resultOf } from '../ioctl/call-result.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { TASK_SIZE_MAX } from '../ioctl/user-memory.ts';
import type { Host } from './host.ts';
import { limits } from './limits.ts';
import { type Operation, operations } from './operations.ts';
import { IommufdContext } from './private.ts';
import { noReply, type Reply } from './ucmd.ts';
import { vfioIoctl } from './vfio-compat.ts';

/** Operations by the low byte of their numbers, which is the index of the kernel's table. */
const table: ReadonlyMap<number, Operation> = new Map(
  Object.values<Operation>(operations).map((operation) => [operation.cmd & 0xff, operation]),
);
/** The last number from IOMMUFD_CMD_BASE on that is looked up in the table; others go to VFIO. */
const lastNumber = Math.max(...table.keys());

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
    return resultOf(caller.files.close(fd) ? 0 : refuse('EBADF', 'open-file'));
  }

  /** close(2) of /dev/iommu itself; everything goes with the last file that holds it. */
  close(): void {
    this.context.put();
  }
}

/** What all files check before their own code runs. @kernel fs/read_write.c vfs_read vfs_write */
function transfer(
  { files, memory }: Host,
  fd: number,
  direction: 'read' | 'write',
  address: bigint,
  length: number,
): number | Refusal {
  const file = files.get(fd);
  if (file === undefined) return refuse('EBADF', 'open-file');
  if (file[direction] === undefined) return refuse('EINVAL', 'file-allows');
  if (address + BigInt(length) > TASK_SIZE_MAX) return refuse('EFAULT', 'buffer-in-reach');
  return file[direction](memory, address, Math.min(length, limits.transferBytesMax));
}

/** @kernel main.c iommufd_fops_ioctl */
function iommufdIoctl(ictx: IommufdContext, cmd: number, arg: bigint): number | Refusal {
  const number = cmd & 0xff;
  if (number < IOMMUFD_CMD_BASE || number > lastNumber) return vfioIoctl(ictx, cmd, arg);
  const { memory } = ictx.host;
  const operation = table.get(number);
  if (operation !== undefined && operation.cmd === cmd) {
    // Most callers give just what we know: one read does then, and answers as the single steps below.
    const bytes = memory.read(arg, operation.size);
    const view = bytes === null ? null : new DataView(bytes.buffer);
    if (bytes !== null && view?.getUint32(0, true) === operation.size) {
      return operation.execute(view, new Answer(ictx, arg, operation.size, bytes)) ?? 0;
    }
  }
  const size = readSize(memory, arg);
  if (size instanceof Refusal) return size;
  if (operation === undefined || operation.cmd !== cmd) return refuse('ENOTTY', 'known-ioctl');
  const bytes = copyArgument(memory, { address: arg, size }, operation);
  if (bytes instanceof Refusal) return bytes;
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

  respond(): Refusal | null {
    const bytes = this.#size < this.#bytes.length ? this.#bytes.subarray(0, this.#size) : this.#bytes;
    return this.ictx.host.memory.write(this.#arg, bytes) < bytes.length ? noReply : null;
  }

  respondFrom(offset: number): Refusal | null {
    const bytes = this.#bytes.subarray(offset);
    return this.ictx.host.memory.write(this.#arg + BigInt(offset), bytes) < bytes.length ? noReply : null;
  }
}
