/** How an architecture packs the number of an ioctl; type and nr are the two lowest bytes on each. */
export interface IoctlEncoding {
  /** Bits of the size, from bit 16 on; the direction is above them. */
  readonly sizeBits: number;
  /** Values of the direction: of _IO, _IOR and _IOW; that of _IOWR has the bits of both. */
  readonly none: number;
  readonly read: number;
  readonly write: number;
  /** Bits of the size of what _IOR, _IOW and _IOWR make: on sparc the uppermost one is that of `none`. */
  readonly wideSizeBits: number;
}

const generic: IoctlEncoding = { sizeBits: 14, wideSizeBits: 14, none: 0, write: 1, read: 2 };
const threeBits: IoctlEncoding = { sizeBits: 13, wideSizeBits: 13, none: 1, read: 2, write: 4 };

/** asm-generic/ioctl.h, and the asm/ioctl.h of the architectures that have one of their own. */
const encodings = {
  alpha: threeBits,
  arc: generic,
  arm: generic,
  arm64: generic,
  csky: generic,
  hexagon: generic,
  loongarch: generic,
  m68k: generic,
  microblaze: generic,
  mips: threeBits,
  nios2: generic,
  openrisc: generic,
  parisc: { ...generic, read: 1, write: 2 },
  powerpc: threeBits,
  riscv: generic,
  s390: generic,
  sh: generic,
  sparc: { ...threeBits, wideSizeBits: 14 },
  x86: generic,
  xtensa: generic,
} satisfies { readonly [architecture: string]: IoctlEncoding };

/** An architecture, by the name that it has in the kernel's source. */
export type Architecture = keyof typeof encodings;

/** All architectures, in the order of their names. */
export const architectures = Object.keys(encodings) as readonly Architecture[];

/** The macro that makes a number. */
export type IoctlMacro = '_IO' | '_IOR' | '_IOW' | '_IOWR';

/** What the number of an ioctl is made of. */
export interface IoctlParts {
  readonly macro: IoctlMacro;
  readonly type: number;
  readonly nr: number;
  /** Size of the argument in bytes; 0 with _IO. */
  readonly size: number;
}

/** What stands in the bits of a number, be it one of an ioctl or not. */
export interface IoctlBits {
  readonly direction: number;
  readonly type: number;
  readonly nr: number;
  readonly size: number;
}

/**
 * The number that the macros of an architecture make. As theirs, a size that is too large runs into the direction.
 *
 * @throws RangeError for an architecture that is not known
 */
export function makeIoctlNumber({ macro, type, nr, size }: IoctlParts, architecture: Architecture): number {
  const direction = directionOf(macro, ioctlEncoding(architecture));
  return packIoctlNumber({ direction, type, nr, size }, architecture);
}

/** The number with these bits, as _IOC of an architecture makes it. */
export function packIoctlNumber(
  { direction, type, nr, size }: IoctlBits,
  architecture: Architecture,
): number {
  const { sizeBits } = ioctlEncoding(architecture);
  return ((direction << (16 + sizeBits)) | (size << 16) | (type << 8) | nr) >>> 0;
}

/**
 * What stands in the bits of a number, as _IOC_DIR, _IOC_TYPE, _IOC_NR and _IOC_SIZE of an architecture read it.
 *
 * @returns macro: null where the bits of the direction are such as no macro makes
 * @throws RangeError for an architecture that is not known
 */
export function splitIoctlNumber(
  number: number,
  architecture: Architecture,
): IoctlBits & { readonly macro: IoctlMacro | null } {
  const encoding = ioctlEncoding(architecture);
  const all = number >>> (16 + encoding.sizeBits);
  const isWide = encoding.wideSizeBits > encoding.sizeBits;
  const ways = all & (encoding.read | encoding.write);
  const direction = isWide && ways !== 0 ? ways : all;
  const sizeBits = isWide && ways === 0 ? 0 : encoding.wideSizeBits;
  return {
    macro: macros.find((macro) => directionOf(macro, encoding) === direction) ?? null,
    direction,
    type: (number >>> 8) & 0xff,
    nr: number & 0xff,
    size: (number >>> 16) & ((1 << sizeBits) - 1),
  };
}

/**
 * The number that an ioctl has on an architecture, from the one that it has on another.
 *
 * @param from where the number comes from: one with the generic encoding (x86, arm64, riscv, s390, ...) unless given
 * @throws RangeError for an architecture that is not known, and for what is no number of an ioctl there
 */
export function ioctlNumberOn(
  architecture: Architecture,
  number: number,
  from: Architecture = 'x86',
): number {
  const { macro, type, nr, size } = splitIoctlNumber(number, from);
  if (macro === null) throw new RangeError(`0x${number.toString(16)} is not an ioctl number on ${from}`);
  return makeIoctlNumber({ macro, type, nr, size }, architecture);
}

/** Whether two architectures make the same numbers. */
export function sameIoctlNumbers(one: Architecture, other: Architecture): boolean {
  return ioctlEncoding(one) === ioctlEncoding(other);
}

const macros: readonly IoctlMacro[] = ['_IO', '_IOR', '_IOW', '_IOWR'];

/**
 * How an architecture packs numbers.
 *
 * @throws RangeError for an architecture that is not known
 */
export function ioctlEncoding(architecture: Architecture): IoctlEncoding {
  if (Object.hasOwn(encodings, architecture)) return encodings[architecture];
  throw new RangeError(`unknown architecture ${String(architecture)}`);
}

function directionOf(macro: IoctlMacro, { none, read, write }: IoctlEncoding): number {
  if (macro === '_IO') return none;
  return (macro === '_IOW' ? 0 : read) | (macro === '_IOR' ? 0 : write);
}
