import type { Encodable, IoctlEntry, StructCodec } from '../codec/runtime/codec.ts';
import { copyStructFromUser, type UserStruct } from './copy-struct.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { UserMemory } from './user-memory.ts';

/** An ioctl of a generated table whose argument is a struct of fixed size. */
export interface StructIoctl<T> extends IoctlEntry<T> {
  readonly size: number;
  readonly codec: StructCodec<T>;
}

/** Makes the argument of an ioctl from the members that a caller gives; others have their defaults, mostly 0. */
export type ArgumentMaker<T> = (given: Partial<T>) => T;

/** The maker of an ioctl's arguments. The defaults are encoded once, and decoded anew for each argument. */
export function argumentsOf<T extends object>({ size, codec }: StructIoctl<T>): ArgumentMaker<T> {
  let defaults: DataView | undefined;
  return (given) => {
    if (defaults === undefined) {
      defaults = new DataView(new ArrayBuffer(size));
      codec.encodeTyped({} as Encodable<T>, defaults);
    }
    return Object.assign(codec.decode(defaults), given);
  };
}

/** The size that an argument says it has: its first 4 bytes. */
export function readSize(memory: UserMemory, address: bigint): number | Refusal {
  const head = memory.read(address, 4);
  if (head === null) return refuse('EFAULT', 'size-readable');
  return new DataView(head.buffer, head.byteOffset).getUint32(0, true);
}

/** The bytes of an argument that may be older or newer than what is known. @returns as many as are known */
export function copyArgument(
  memory: UserMemory,
  argument: UserStruct,
  { size, minSize }: Pick<StructIoctl<unknown>, 'size' | 'minSize'>,
): Uint8Array | Refusal {
  if (argument.size < minSize) return refuse('EINVAL', 'size-enough');
  const bytes = copyStructFromUser(memory, argument, size);
  if (typeof bytes === 'string') return refuse(bytes, bytes === 'E2BIG' ? 'rest-zero' : 'argument-readable');
  return bytes;
}

/** Operations by the numbers of their ioctls. */
export function operationsByNumber<O extends { readonly cmd: number }>(operations: {
  readonly [name: string]: O;
}): ReadonlyMap<number, O> {
  return new Map(Object.values(operations).map((operation) => [operation.cmd, operation]));
}
