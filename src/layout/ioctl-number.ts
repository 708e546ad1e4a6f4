import type { Ioctl } from '../model/declaration.ts';
import type { Model } from '../model/model.ts';
import { scalars } from '../model/type.ts';
import { abis } from './abi.ts';
import { layOut } from './layout.ts';

/** Direction bits of a number (asm-generic/ioctl.h: _IOC_WRITE 1, _IOC_READ 2). */
const directions = { _IO: 0n, _IOW: 1n, _IOR: 2n, _IOWR: 3n } as const;

/** The number of an ioctl on machines with the generic encoding (x86, arm, riscv, s390). */
export function ioctlNumber(
  model: Model,
  ioctl: Ioctl,
): { readonly number: bigint; readonly portable: boolean } {
  const sizes = [abis.lp64, abis.ilp32, abis.i386].map((abi) => {
    const { argument } = ioctl;
    if (ioctl.encoding === '_IO') return 0;
    if (argument.kind === 'struct') return layOut(model, argument.name, abi).minSize;
    return argument.kind === 'scalar' ? scalars[argument.name].bytes : 4;
  });
  const [size = 0] = sizes;
  const head = (directions[ioctl.encoding] << 30n) | (BigInt(size) << 16n);
  const number = head | (ioctl.type.value << 8n) | ioctl.nr.value;
  return { number, portable: sizes.every((each) => each === size) };
}
