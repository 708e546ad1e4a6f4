import { U64_MAX } from '../base/u64.ts';
import { smaller } from '../codec/runtime/arithmetic.ts';
import type { AddressRange } from '../iommu/machine/command.ts';
import type { HardwareDriver } from '../iommu/machine/driver.ts';
import type { Ioas, IoasDevice } from './objects.ts';

/** What holds for addresses: how wide they are, what pages there are, which may not be used. */
export interface AddressProperties {
  readonly width: number;
  readonly pageSizes: bigint;
  /** Ascending, apart and not adjacent. */
  readonly reserved: readonly AddressRange[];
}

/** The properties of an address space as of the devices that are attached, and of one that might be. */
export function propertiesOf(ioas: Ioas, further: readonly IoasDevice[] = []): AddressProperties {
  const devices = [...new Set([...ioas.devices, ...further])];
  const own = ioas.addrWidth === 0 ? [] : [ioas.addrWidth];
  const drivers = devices.map(({ hw }) => hw.unit.driver);
  return {
    width: Math.min(64, ...own, ...drivers.map(({ addrWidth }) => addrWidth)),
    pageSizes: drivers.reduce((sizes, { pageSizes }) => sizes & pageSizes, U64_MAX & ~0xfffn),
    reserved: union(devices.flatMap(({ hw }) => hw.reserved)),
  };
}

/** The properties of a device alone. */
export function deviceProperties({ hw }: IoasDevice): AddressProperties {
  const { driver } = hw.unit;
  return { width: driver.addrWidth, pageSizes: driver.pageSizes, reserved: union(hw.reserved) };
}

/** Bytes of the smallest page. */
export function smallestPage({ pageSizes }: AddressProperties): bigint {
  return pageSizes & -pageSizes;
}

/** The reserved ranges within the width. */
export function reservedRanges({ width, reserved }: AddressProperties): readonly AddressRange[] {
  const end = lastAddress(width);
  return reserved
    .filter(({ start }) => start <= end)
    .map(({ start, last }) => ({ start, last: smaller(last, end) }));
}

/** The ranges that may be mapped: all that is not reserved. */
export function permittedRanges(properties: AddressProperties): readonly AddressRange[] {
  const found: AddressRange[] = [];
  let from = 0n;
  for (const { start, last } of reservedRanges(properties)) {
    if (start > from) found.push({ start: from, last: start - 1n });
    from = last + 1n;
  }
  const end = lastAddress(properties.width);
  if (from <= end) found.push({ start: from, last: end });
  return found;
}

/** Whether all of a range may be mapped. */
export function isPermitted(properties: AddressProperties, { start, last }: AddressRange): boolean {
  return permittedRanges(properties).some((range) => range.start <= start && last <= range.last);
}

/** How one can nest on an address space; null for not at all. */
export function nestingOf(ioas: Ioas): 'hardware' | 'software' | null {
  if (ioas.parent !== null) return null;
  const [driver] = ioas.drivers;
  return driver === undefined ? null : allowed(driver, ioas.ictx.profile.nesting);
}

/** How a driver nests, as far as the design has that. */
export function allowed(
  { nesting }: HardwareDriver,
  known: readonly ('hardware' | 'software')[],
): 'hardware' | 'software' | null {
  return nesting !== 'none' && known.includes(nesting) ? nesting : null;
}

/** The last address, not 1 << width, which is one too many and no u64 where width is 64. */
function lastAddress(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}

function union(ranges: readonly AddressRange[]): readonly AddressRange[] {
  const sorted = [...ranges].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const found: AddressRange[] = [];
  for (const range of sorted) {
    const before = found.at(-1);
    if (before === undefined || range.start > before.last + 1n) found.push(range);
    else if (range.last > before.last) found[found.length - 1] = { start: before.start, last: range.last };
  }
  return found;
}
