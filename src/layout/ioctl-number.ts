import {
  type Architecture,
  architectures,
  makeIoctlNumber,
  sameIoctlNumbers,
} from '../codec/runtime/ioctl-number.ts';
import type { Ioctl } from '../model/declaration.ts';
import type { Model } from '../model/model.ts';
import { scalars } from '../model/type.ts';
import { type Abi, abis } from './abi.ts';
import { parseArchitecture } from './architecture.ts';
import { layOut } from './layout.ts';

/** The architecture that stands for all with the generic encoding (arm, arm64, loongarch, riscv, s390, x86, ...). */
const usual: Architecture = 'x86';

/**
 * The number of an ioctl on 64-bit machines of an architecture.
 *
 * @param architecture where it is left out: that of the model, else one with the generic encoding, unless the ioctl
 *   exists on other ones only
 * @returns portable: whether it is the same on 32-bit machines of the architecture
 */
export function ioctlNumber(
  model: Model,
  ioctl: Ioctl,
  architecture: Architecture = homeOf(model, ioctl),
): { readonly number: bigint; readonly portable: boolean } {
  const [size = 0, ...others] = [abis.lp64, abis.ilp32, abis.i386].map((abi) =>
    sizeInNumber(model, ioctl, abi),
  );
  const { encoding: macro, type, nr } = ioctl;
  const parts = { macro, type: Number(type.value), nr: Number(nr.value), size };
  return {
    number: BigInt(makeIoctlNumber(parts, architecture)),
    portable: others.every((each) => each === size),
  };
}

/** A number, and the architectures on which an ioctl has it. */
export interface NumberElsewhere {
  readonly number: bigint;
  readonly architectures: readonly Architecture[];
}

/** The numbers of an ioctl on architectures where it exists and has another one than {@link ioctlNumber} gives. */
export function numbersElsewhere(model: Model, ioctl: Ioctl): readonly NumberElsewhere[] {
  if (model.architecture !== null) return [];
  const { number: own } = ioctlNumber(model, ioctl);
  const groups = new Map<bigint, Architecture[]>();
  for (const architecture of architecturesOf(model, ioctl) ?? architectures) {
    const { number } = ioctlNumber(model, ioctl, architecture);
    if (number === own) continue;
    const group = groups.get(number) ?? [];
    group.push(architecture);
    groups.set(number, group);
  }
  return [...groups].map(([number, names]) => ({ number, architectures: names }));
}

/** Where else an ioctl has which number, or where alone it exists: `0x20003b85 on alpha, mips`; empty: nothing to say. */
export function elsewhereText(model: Model, ioctl: Ioctl): string {
  const others = numbersElsewhere(model, ioctl).map(
    ({ number, architectures: names }) => `0x${number.toString(16)} on ${names.join(', ')}`,
  );
  const only = architecturesOf(model, ioctl);
  return [...(only === null ? [] : [`only on ${only.join(', ')}`]), ...others].join('; ');
}

/** The architectures that an ioctl exists on: its own, of which one of its kinds of file has to exist; null: all. */
export function architecturesOf(model: Model, ioctl: Ioctl): readonly Architecture[] | null {
  const ofFiles = ioctl.fds.map((fd) => model.fds.get(fd)?.architectures);
  const anyFile = ofFiles.length === 0 || ofFiles.includes(undefined);
  if (anyFile && ioctl.architectures === undefined) return null;
  return architectures.filter(
    (name) =>
      (anyFile || ofFiles.some((list) => list?.includes(name))) &&
      ioctl.architectures?.includes(name) !== false,
  );
}

/** The architecture whose number an ioctl is known by. */
export function homeOf(model: Model, ioctl: Ioctl): Architecture {
  const chosen = model.architecture === null ? undefined : parseArchitecture(model.architecture);
  if (chosen !== undefined) return chosen;
  const own = architecturesOf(model, ioctl);
  const [first] = own ?? [];
  return own === null || first === undefined || own.some((name) => sameIoctlNumbers(name, usual))
    ? usual
    : first;
}

function sizeInNumber(model: Model, { encoding, argument }: Ioctl, abi: Abi): number {
  if (encoding === '_IO') return 0;
  if (argument.kind === 'struct') return layOut(model, argument.name, abi).minSize;
  return argument.kind === 'scalar' ? scalars[argument.name].bytes : 4;
}
