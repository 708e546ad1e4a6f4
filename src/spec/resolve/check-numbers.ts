import type { Ioctl } from '../../model/declaration.ts';
import { scalars } from '../../model/type.ts';
import type { ResolveContext } from './context.ts';

/** Largest size in an ioctl number, and the bits of its direction (asm-generic/ioctl.h: _IOC_SIZEBITS, _IOC_NONE). */
const sizeMax = (1 << 14) - 1;
const directions = { _IO: 0, _IOW: 1, _IOR: 2, _IOWR: 3 } as const;

/** Checks that the sizes in ioctl numbers fit, and that no kind of file answers one number twice. */
export function checkNumbers(context: ResolveContext): void {
  const taken = new Map<string, Ioctl>();
  for (const ioctl of context.ioctls.values()) {
    const size = sizeOf(ioctl, context);
    if (size > sizeMax) {
      const message = `${ioctl.name} has an argument of ${size} bytes, expected at most ${sizeMax} in a number made by ${ioctl.encoding}.`;
      context.error('does-not-fit', ioctl.span, message);
    }
    for (const fd of ioctl.fds.length === 0 ? [''] : ioctl.fds) {
      const number = [fd, directions[ioctl.encoding], size, ioctl.type.value, ioctl.nr.value].join(' ');
      const other = taken.get(number);
      if (other === undefined) taken.set(number, ioctl);
      else if (other !== ioctl) {
        const where = fd === '' ? 'and neither names its fd' : `on ${fd}`;
        const message = `${ioctl.name} has the number of ${other.name} ${where}, expected a unique one.`;
        context.error('duplicate-value', ioctl.span, message);
      }
    }
  }
}

/** The size that is part of the number; 0 where there is none. */
function sizeOf({ encoding, argument }: Ioctl, context: ResolveContext): number {
  if (encoding === '_IO') return 0;
  if (argument.kind === 'scalar') return scalars[argument.name].bytes;
  const layout = argument.kind === 'struct' ? context.layout(argument.name) : undefined;
  return layout?.size ?? layout?.minSize ?? 0;
}
