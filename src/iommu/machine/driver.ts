import type { Refusal } from '../../ioctl/refusal.ts';
import type { BusDevice } from './bus-device.ts';
import type { AddressRange, HwCommand } from './command.ts';
import type { PageTableFormat } from './page-table.ts';

/** Whom a command of a guest is about. */
export interface CommandScope {
  /** The domain of the address space that the command was given for. */
  readonly domain: number;
  /** The device with a label, as the guest calls it, and the PASID on the bus of one of its PASIDs. */
  device(label: bigint): GuestDevice | null;
}

/** A device as a guest sees it. */
export interface GuestDevice {
  readonly device: BusDevice;
  /** The PASID on the bus; null where the guest's has none. */
  pasid(guest: number): number | null;
}

/** What vendors' tables and commands a driver knows, and how it does what differs between them. */
export interface HardwareDriver {
  readonly name: string;
  /** IOAS_HW_: whose commands it takes from guests; 0 for nobody's. */
  readonly hwType: number;
  /** Bit n stands for pages of 1 << n bytes. */
  readonly pageSizes: bigint;
  /** Width of addresses in bits. */
  readonly addrWidth: number;
  readonly enforcesSnoop: boolean;
  /** What can be made on top of an address space. */
  readonly nesting: 'hardware' | 'software' | 'none';
  readonly pageTables: readonly PageTableFormat[];
  /** Widest PASIDs of a PASID table that the caller fills; 0 where there are no such tables. */
  readonly userPasidBits: number;
  /** Guests choose ASIDs themselves; else each page table gets a domain of its own. */
  readonly usesGuestAsids: boolean;
  /** Commands of a guest are for an address space that has others on top, else for one on top. */
  readonly commandsFor: 'parent' | 'child';
  /** Bytes of a command. */
  readonly commandSize: number;
  /** Turns a command of a guest into one of the hardware. */
  translateCommand?(view: DataView, scope: CommandScope): HwCommand | Refusal;
  /** Does in its own way what the kernel would do one address space after the other; EOPNOTSUPP leaves it to the kernel. */
  invalidateDevice?(device: BusDevice, caches: number): Refusal | null;
}

/** The same driver with one command for a whole device. */
export function withDeviceInvalidation(driver: HardwareDriver): HardwareDriver {
  return {
    ...driver,
    name: `${driver.name}+device`,
    invalidateDevice(device, caches) {
      device.unit.submit({ op: 'DEV_INV', sid: device.sid, caches });
      return null;
    },
  };
}

/** A range from its first address and its length. */
export function rangeOf(start: bigint, length: bigint): AddressRange {
  return { start, last: start + length - 1n };
}
