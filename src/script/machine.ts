import {
  amdFormat,
  type DeviceGroup,
  flatDriver,
  GuestPageTable,
  type HardwareDriver,
  type HwCommand,
  Ioas,
  IoasCalls,
  type IoasDevice,
  IoasFile,
  IommuUnit,
  Machine,
  PageFrames,
  type PageTableFormat,
  type ProfileName,
  plainDriver,
  SparseMemory,
  smmuFormat,
  smmuv3Driver,
  vtdDriver,
  vtdFormat,
  withDeviceInvalidation,
} from '../ioas/index.ts';
import type { Arguments } from './arguments.ts';
import { scriptError } from './parse.ts';

/** IOMMUs that a script can have. */
export const unitKinds: Readonly<Record<string, HardwareDriver>> = {
  smmuv3: smmuv3Driver,
  'smmuv3+device': withDeviceInvalidation(smmuv3Driver),
  vtd: vtdDriver,
  'vtd+device': withDeviceInvalidation(vtdDriver),
  software: plainDriver,
  flat: flatDriver,
};

/** Formats of page tables by name. */
export const formats: Readonly<Record<string, PageTableFormat>> = {
  vtd_s1: vtdFormat,
  smmuv3_s1: smmuFormat,
  amd_v2: amdFormat,
};

/** A command that an IOMMU took. */
export interface TakenCommand {
  readonly unit: string;
  readonly command: HwCommand;
}

const ramSize = 0x4000_0000n;

/** Everything that a script has made so far, by name. */
export class ScriptWorld {
  /** Address of the process where the guest's memory starts. */
  static readonly ram = 0x4000_0000n;
  readonly memory = new SparseMemory(new PageFrames());
  readonly machine = new Machine(this.memory);
  readonly units = new Map<string, IommuUnit>();
  readonly devices = new Map<string, IoasDevice>();
  readonly groups = new Map<string, DeviceGroup>();
  readonly spaces = new Map<string, number>();
  readonly tables = new Map<string, GuestPageTable>();
  /** Names of address spaces by their ids. */
  readonly #names = new Map<number, string>();
  #calls: IoasCalls | undefined;
  #profile: ProfileName = 'rfc-2021';
  #nextPage = 0x20_0000n;

  constructor() {
    this.memory.map(ScriptWorld.ram, ramSize);
  }

  /** The open /dev/iommu, opened by the first call. */
  get calls(): IoasCalls {
    this.#calls ??= new IoasCalls(new IoasFile(this.machine, this.#profile));
    return this.#calls;
  }

  get isOpen(): boolean {
    return this.#calls !== undefined;
  }

  set profile(profile: ProfileName) {
    this.#profile = profile;
  }

  addUnit(name: string, driver: HardwareDriver): void {
    const unit = new IommuUnit({ name, driver, memory: this.memory });
    this.machine.addUnit(unit);
    this.units.set(name, unit);
  }

  addTable(name: string, format: PageTableFormat): GuestPageTable {
    const memory = {
      read: (address: bigint, length: number) => this.memory.read(ScriptWorld.ram + address, length),
      write: (address: bigint, bytes: Uint8Array) => void this.memory.write(ScriptWorld.ram + address, bytes),
    };
    const table = new GuestPageTable(format, memory, () => this.newPage());
    this.tables.set(name, table);
    return table;
  }

  /** Address of a page of the guest that nothing uses yet. */
  newPage(): bigint {
    const page = this.#nextPage;
    this.#nextPage += 0x1000n;
    return page;
  }

  /** The commands that IOMMUs take while something is done. */
  during<T>(work: () => T): { readonly value: T; readonly commands: readonly TakenCommand[] } {
    const before = [...this.units.values()].map((unit) => [unit, unit.log.length] as const);
    const value = work();
    const commands = before.flatMap(([unit, length]) =>
      unit.log.slice(length).map((command) => ({ unit: unit.name, command })),
    );
    return { value, commands };
  }

  /** Gives an address space a name; names of what is gone with the same id go. */
  nameSpace(name: string, id: number): void {
    const before = this.#names.get(id);
    if (before !== undefined) this.spaces.delete(before);
    this.#names.set(id, name);
    this.spaces.set(name, id);
  }

  /** The address space of a name; undefined where there is none, or it is gone. */
  namedSpace(name: string): Ioas | undefined {
    const id = this.spaces.get(name);
    const ioas = id === undefined ? undefined : this.calls.file.context.ioas(id);
    return ioas instanceof Ioas ? ioas : undefined;
  }

  unit(args: Arguments, name: string): IommuUnit {
    return found(args, this.units, name, 'IOMMU');
  }

  device(args: Arguments): IoasDevice {
    return found(args, this.devices, args.word('a device'), 'device');
  }

  space(args: Arguments, name = args.word('an address space')): number {
    return found(args, this.spaces, name, 'address space');
  }

  table(args: Arguments, name: string): GuestPageTable {
    return found(args, this.tables, name, 'page table');
  }

  /** How a script calls an address space. */
  spaceName(id: number): string {
    return this.#names.get(id) ?? String(id);
  }
}

function found<T>(args: Arguments, things: ReadonlyMap<string, T>, name: string, kind: string): T {
  const thing = things.get(name);
  if (thing !== undefined) return thing;
  const known = [...things.keys()];
  throw scriptError(
    args.place,
    `there is no ${kind} ${name}`,
    known.length === 0 ? undefined : `there are ${known.join(', ')}`,
  );
}
