import { IOAS_CHECK_EXTENSION, IOAS_DEVICE_UNBIND, sizeofIoasFault } from '../generated/ts/ioas.ts';
import { copyStructFromUser } from '../ioctl/copy-struct.ts';
import type { UserMemory } from '../ioctl/user-memory.ts';
import type { Errno } from '../model/errno.ts';
import { destroy } from './alloc.ts';
import { unbindDevice } from './bind.ts';
import { IoasContext } from './context.ts';
import type { IoasDevice } from './device.ts';
import { Failure, fail } from './failure.ts';
import { faultBytes, nextFault } from './fault.ts';
import type { Kvm } from './kvm.ts';
import { limits } from './limits.ts';
import type { Machine } from './machine.ts';
import {
  deviceOperations,
  type InfoOperation,
  infoOperations,
  kvmOperations,
  type Operation,
  operations,
} from './operations.ts';
import type { ProfileName } from './profile.ts';

/** What a system call gave. */
export interface CallResult {
  /** As the caller sees it: -1 where it failed. */
  readonly ret: number;
  readonly errno: Errno | null;
  /** The check that refused; null where the call did what it should. */
  readonly check: string | null;
}

/** A call's value as a system call gives it. */
export function resultOf(value: number | Failure): CallResult {
  return value instanceof Failure
    ? { ret: -1, errno: value.errno, check: value.check }
    : { ret: value, errno: null, check: null };
}

/** An open /dev/iommu of the founding mail. */
export class IoasFile {
  readonly context: IoasContext;
  #open = true;

  constructor(machine: Machine, profile: ProfileName = 'mail') {
    this.context = new IoasContext(machine, profile);
  }

  get fd(): number {
    return this.context.fd;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** An ioctl as a process makes it. @param arg address of the argument struct, or the argument itself */
  ioctl(cmd: number, arg: bigint): CallResult {
    return resultOf(this.#ioctl(cmd, arg));
  }

  #ioctl(cmd: number, arg: bigint): number | Failure {
    const ictx = this.context;
    if (!this.#open) return fail('EBADF', 'open-file');
    if (!ictx.profile.calls.has(cmd)) return fail(ictx.profile.unknownCall, 'known-ioctl');
    if (cmd === IOAS_CHECK_EXTENSION) return checkExtension(ictx, arg);
    const { memory } = ictx.machine;
    const info = infoOperations.find((one) => one.cmd === cmd);
    if (info !== undefined) return runInfo(ictx, info, arg);
    const operation = operations.find((one) => one.cmd === cmd);
    return operation === undefined
      ? fail(ictx.profile.unknownCall, 'known-ioctl')
      : runOperation(operation, ictx, memory, arg);
  }

  /** read(2): faults that nobody has read yet, as many as fit. Bytes are the return value; 0 where there are none. */
  read(address: bigint, length: number): CallResult {
    if (!this.#open) return resultOf(fail('EBADF', 'open-file'));
    if (length % sizeofIoasFault !== 0) return resultOf(fail('EINVAL', 'whole-faults'));
    let done = 0;
    while (done < length) {
      const fault = nextFault(this.context);
      if (fault === undefined) break;
      const bytes = faultBytes(fault);
      if (this.context.machine.memory.write(address + BigInt(done), bytes) < bytes.length)
        return resultOf(done > 0 ? done : fail('EFAULT', 'reply-writable'));
      fault.wasRead = true;
      done += bytes.length;
    }
    return resultOf(done);
  }

  /** close(2): devices are unbound, address spaces end, children first. */
  close(): CallResult {
    if (!this.#open) return resultOf(fail('EBADF', 'open-file'));
    this.#open = false;
    const ictx = this.context;
    for (const device of ictx.devices) unbindDevice(device);
    for (const ioas of ictx.spaces) if (ioas.parent !== null) destroy(ioas);
    for (const ioas of ictx.spaces) destroy(ioas);
    ictx.machine.files.delete(ictx.fd);
    return resultOf(0);
  }
}

/** IOAS_CHECK_EXTENSION: never an error. */
export function checkExtension({ profile }: IoasContext, extension: bigint): number {
  return extension < 2n ** 32n && profile.extensions.has(Number(extension)) ? 1 : 0;
}

/** An ioctl of a device's file. */
export function deviceIoctl(device: IoasDevice, cmd: number, arg: bigint): CallResult {
  if (cmd === IOAS_DEVICE_UNBIND) return resultOf(unbindDevice(device));
  const operation = deviceOperations.find((one) => one.cmd === cmd);
  return resultOf(
    operation === undefined
      ? fail('ENOTTY', 'known-ioctl')
      : runOperation(operation, device, device.machine.memory, arg),
  );
}

/** An ioctl of a virtual machine's file. */
export function kvmIoctl(kvm: Kvm, cmd: number, arg: bigint): CallResult {
  const operation = kvmOperations.find((one) => one.cmd === cmd);
  return resultOf(
    operation === undefined
      ? fail('ENOTTY', 'known-ioctl')
      : runOperation(operation, kvm, kvm.machine.memory, arg),
  );
}

function runOperation<Target>(
  operation: Operation<Target>,
  target: Target,
  memory: UserMemory,
  arg: bigint,
): number | Failure {
  const size = readSize(memory, arg);
  if (size === null) return fail('EFAULT', 'size-readable');
  if (size < operation.minSize) return fail('EINVAL', 'size-enough');
  if (size > limits.argument) return fail('E2BIG', 'rest-zero');
  const bytes = copyStructFromUser(memory, { address: arg, size }, operation.size);
  if (typeof bytes === 'string') return fail(bytes, bytes === 'E2BIG' ? 'rest-zero' : 'argument-readable');
  const result = operation.execute(target, bytes, memory);
  if (!operation.answers) return result;
  const given = bytes.subarray(0, size);
  return memory.write(arg, given) < given.length ? fail('EFAULT', 'reply-writable') : result;
}

function runInfo(ictx: IoasContext, info: InfoOperation, arg: bigint): number | Failure {
  const { memory } = ictx.machine;
  const argsz = readSize(memory, arg);
  if (argsz === null) return fail('EFAULT', 'size-readable');
  if (argsz < info.size) return fail('EINVAL', 'argsz');
  const bytes = memory.read(arg, info.size);
  if (bytes === null) return fail('EFAULT', 'argument-readable');
  const reply = info.execute(ictx, bytes);
  if (reply instanceof Failure) return reply;
  const answer = reply.write(argsz);
  return memory.write(arg, answer) < answer.length ? fail('EFAULT', 'reply-writable') : 0;
}

function readSize(memory: UserMemory, arg: bigint): number | null {
  const head = memory.read(arg, 4);
  return head === null ? null : new DataView(head.buffer, head.byteOffset).getUint32(0, true);
}
