import { expect } from 'vitest';
import {
  deviceIoctl,
  GuestPageTable,
  type HardwareDriver,
  HwDevice,
  IoasCalls,
  IoasDevice,
  IoasFile,
  IommuUnit,
  Machine,
  PageFrames,
  type PageTableFormat,
  type ProfileName,
  plainDriver,
  type Result,
  SparseMemory,
  smmuv3Driver,
} from '../../src/ioas/index.ts';

/** Where the guest's memory is in the process: its address 0. */
export const RAM = 0x4000_0000n;
export const RAM_SIZE = 0x4000_0000n;
/** Where structs of byte calls go. */
export const SCRATCH = 0x1000_0000n;
export const READ = 1;
export const WRITE = 2;

export interface BenchOptions {
  readonly profile?: ProfileName;
  readonly driver?: HardwareDriver;
}

/** A machine: d1 and d2 behind one IOMMU, d3 behind one that nests in software, and a /dev/iommu. */
export class Bench {
  readonly memory = new SparseMemory(new PageFrames());
  readonly machine = new Machine(this.memory);
  readonly unit: IommuUnit;
  readonly other: IommuUnit;
  readonly d1: IoasDevice;
  readonly d2: IoasDevice;
  readonly d3: IoasDevice;
  readonly file: IoasFile;
  readonly calls: IoasCalls;
  #nextGuestPage = 0x10_0000n;

  constructor({ profile = 'rfc-2021', driver = smmuv3Driver }: BenchOptions = {}) {
    this.memory.map(RAM, RAM_SIZE);
    this.memory.map(SCRATCH, 0x10_0000n);
    this.unit = this.addUnit('iommu0', driver);
    this.other = this.addUnit('iommu1', plainDriver);
    this.d1 = this.device('d1', { sid: 0x10 });
    this.d2 = this.device('d2', { sid: 0x20 });
    this.d3 = this.device('d3', { sid: 0x30, unit: this.other, ats: false, pasidBits: 0 });
    this.file = new IoasFile(this.machine, profile);
    this.calls = new IoasCalls(this.file);
  }

  addUnit(name: string, driver: HardwareDriver): IommuUnit {
    const unit = new IommuUnit({ name, driver, memory: this.memory });
    this.machine.addUnit(unit);
    return unit;
  }

  device(
    name: string,
    options: Partial<ConstructorParameters<typeof HwDevice>[0]> & { readonly sid: number },
    more: Partial<ConstructorParameters<typeof IoasDevice>[1]> = {},
  ): IoasDevice {
    const hw = new HwDevice({ name, unit: this.unit, ats: true, pasidBits: 20, ...options });
    return new IoasDevice(this.machine, { name, hw, ...more });
  }

  /** d1 (label 0xd1) and d2 (label 0xd2), bound and attached to an address space with all of the guest's memory. */
  guest(devices: readonly IoasDevice[] = [this.d1, this.d2]): number {
    for (const device of devices) ok(this.calls.bind(device, labelOf(device)));
    const gpa = ok(this.calls.alloc());
    for (const device of devices) ok(this.calls.attach(device, gpa));
    ok(this.calls.map(gpa, { iova: 0n, vaddr: RAM, size: RAM_SIZE }));
    return gpa;
  }

  /** A page of zeros of the guest. */
  guestPage(): bigint {
    const page = this.#nextGuestPage;
    this.#nextGuestPage += 0x1000n;
    return page;
  }

  /** A page table in the guest's memory. */
  table(format: PageTableFormat): GuestPageTable {
    const memory = {
      read: (address: bigint, length: number) => this.memory.read(RAM + address, length),
      write: (address: bigint, bytes: Uint8Array) => void this.memory.write(RAM + address, bytes),
    };
    return new GuestPageTable(format, memory, () => this.guestPage());
  }

  poke(address: bigint, words: readonly bigint[]): void {
    const bytes = new Uint8Array(words.length * 8);
    for (const [i, word] of words.entries()) new DataView(bytes.buffer).setBigUint64(i * 8, word, true);
    this.memory.write(address, bytes);
  }

  /** A byte call of /dev/iommu; the bytes afterwards. */
  ioctl(
    cmd: number,
    bytes: Uint8Array,
    file = this.file,
  ): ReturnType<IoasFile['ioctl']> & { out: Uint8Array } {
    this.memory.write(SCRATCH, bytes);
    const result = file.ioctl(cmd, SCRATCH);
    return { ...result, out: this.memory.read(SCRATCH, bytes.length) as Uint8Array };
  }

  deviceIoctl(device: IoasDevice, cmd: number, bytes: Uint8Array): ReturnType<typeof deviceIoctl> {
    this.memory.write(SCRATCH, bytes);
    return deviceIoctl(device, cmd, SCRATCH);
  }
}

/** Label of a device in these tests: 0x and its name. */
export function labelOf(device: IoasDevice): bigint {
  return BigInt(`0x${device.name}`);
}

/** The value of a call that must succeed. */
export function ok<T>(result: Result<T>): T {
  if (!result.ok) expect.fail(`${result.errno} (${result.check})`);
  return result.value;
}

/** The errno of a call; null where it succeeded. */
export function errnoOf(result: Result<unknown>): string | null {
  return result.ok ? null : result.errno;
}

/** Where a read by DMA leads; null where it faults. */
export function reach(device: IoasDevice, address: bigint, pasid: number | null = null): bigint | null {
  const result = device.dma(pasid, address, READ);
  return result.kind === 'done' ? result.address : null;
}

/** The commands that an IOMMU took since. */
export function commandsDuring(unit: IommuUnit, work: () => void): readonly IommuUnit['log'][number][] {
  const before = unit.log.length;
  work();
  return unit.log.slice(before);
}
