import { viewOf } from '../codec/runtime/bytes.ts';
import { IOAS_CHECK_EXTENSION, IOAS_DEVICE_UNBIND, sizeofIoasFault } from '../generated/ts/ioas.ts';
import { copyArgument, operationsByNumber, readSize } from '../ioctl/argument.ts';
import { type CallResult, resultOf } from '../ioctl/call-result.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import type { UserMemory } from '../ioctl/user-memory.ts';
import { destroy } from './alloc.ts';
import { unbindDevice } from './bind.ts';
import { faultBytes, nextFault } from './fault.ts';
import type { Kvm } from './kvm.ts';
import { limits } from './limits.ts';
import type { Machine } from './machine.ts';
import { IoasContext, type IoasDevice } from './objects.ts';
import {
  deviceOperations,
  execute,
  type InfoOperation,
  infoOperations,
  kvmOperations,
  type Operation,
  operations,
} from './operations.ts';
import type { ProfileName } from './profile.ts';

const byNumber = operationsByNumber<Operation<IoasContext>>(operations);
const infoByNumber = operationsByNumber<InfoOperation>(infoOperations);
const deviceByNumber = operationsByNumber<Operation<IoasDevice>>(deviceOperations);
const kvmByNumber = operationsByNumber<Operation<Kvm>>(kvmOperations);

/** An open /dev/iommu as the RFC of 2021 proposes it. */
export class IoasFile {
  readonly context: IoasContext;
  #open = true;

  constructor(machine: Machine, profile: ProfileName = 'rfc-2021') {
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

  #ioctl(cmd: number, arg: bigint): number | Refusal {
    const ictx = this.context;
    if (!this.#open) return refuse('EBADF', 'open-file');
    if (!ictx.profile.calls.has(cmd)) return refuse(ictx.profile.unknownCall, 'known-ioctl');
    if (cmd === IOAS_CHECK_EXTENSION) return checkExtension(ictx, arg);
    const { memory } = ictx.machine;
    const info = infoByNumber.get(cmd);
    if (info !== undefined) return runInfo(ictx, info, arg);
    const operation = byNumber.get(cmd);
    return operation === undefined
      ? refuse(ictx.profile.unknownCall, 'known-ioctl')
      : runOperation(operation, ictx, memory, arg);
  }

  /** read(2): faults that nobody has read yet, as many as fit. Bytes are the return value; 0 where there are none. */
  read(address: bigint, length: number): CallResult {
    if (!this.#open) return resultOf(refuse('EBADF', 'open-file'));
    if (length % sizeofIoasFault !== 0) return resultOf(refuse('EINVAL', 'whole-faults'));
    let done = 0;
    while (done < length) {
      const fault = nextFault(this.context);
      if (fault === undefined) break;
      const bytes = faultBytes(fault);
      if (this.context.machine.memory.write(address + BigInt(done), bytes) < bytes.length)
        return resultOf(done > 0 ? done : refuse('EFAULT', 'reply-writable'));
      fault.wasRead = true;
      done += bytes.length;
    }
    return resultOf(done);
  }

  /** close(2): devices are unbound, address spaces end, children first. */
  close(): CallResult {
    if (!this.#open) return resultOf(refuse('EBADF', 'open-file'));
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
  const operation = deviceByNumber.get(cmd);
  return resultOf(
    operation === undefined
      ? refuse('ENOTTY', 'known-ioctl')
      : runOperation(operation, device, device.machine.memory, arg),
  );
}

/** An ioctl of a virtual machine's file. */
export function kvmIoctl(kvm: Kvm, cmd: number, arg: bigint): CallResult {
  const operation = kvmByNumber.get(cmd);
  return resultOf(
    operation === undefined
      ? refuse('ENOTTY', 'known-ioctl')
      : runOperation(operation, kvm, kvm.machine.memory, arg),
  );
}

function runOperation<Target>(
  operation: Operation<Target>,
  target: Target,
  memory: UserMemory,
  arg: bigint,
): number | Refusal {
  const size = readSize(memory, arg);
  if (size instanceof Refusal) return size;
  if (size > limits.argument) return refuse('E2BIG', 'rest-zero');
  const bytes = copyArgument(memory, { address: arg, size }, operation);
  if (bytes instanceof Refusal) return bytes;
  const result = execute(operation, target, bytes, memory);
  if (!operation.answers) return result;
  const given = bytes.subarray(0, size);
  return memory.write(arg, given) < given.length ? refuse('EFAULT', 'reply-writable') : result;
}

function runInfo(ictx: IoasContext, info: InfoOperation, arg: bigint): number | Refusal {
  const { memory } = ictx.machine;
  const argsz = readSize(memory, arg);
  if (argsz instanceof Refusal) return argsz;
  if (argsz < info.minSize) return refuse('EINVAL', 'argsz');
  const bytes = memory.read(arg, info.size);
  if (bytes === null) return refuse('EFAULT', 'argument-readable');
  const reply = info.handler(ictx, info.codec.decode(viewOf(bytes)));
  if (reply instanceof Refusal) return reply;
  const answer = reply.write(argsz);
  return memory.write(arg, answer) < answer.length ? refuse('EFAULT', 'reply-writable') : 0;
}
