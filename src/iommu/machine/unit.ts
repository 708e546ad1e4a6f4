import { IOAS_CACHE_DEV_IOTLB, IOAS_CACHE_IOTLB, IOAS_CACHE_PASID } from '../../generated/ts/ioas.ts';
import type { BusDevice, RawPageRequest, RawPageResponse } from './bus-device.ts';
import type { Asid, HwCommand, Stream, StreamChoice, Tag } from './command.ts';
import type { HardwareDriver } from './driver.ts';
import type { PageResult, WalkResult } from './page-table.ts';
import { CACHED_PAGE, TranslationCache } from './translation-cache.ts';
import {
  readPasidTable,
  type TableMemory,
  type TranslationContext,
  type UserPasidTable,
  walk,
} from './translation-context.ts';

/** What a log keeps, answers that are kept, and translations that an IOTLB has room for. */
const limits = { log: 1 << 18, responses: 1 << 16, iotlb: 1 << 18 } as const;

/** Number of PASIDs on the bus (PCIe: 20 bits). */
const pasids = 1 << 20;

/** Everything that the IOMMU knows about a device. */
interface StreamConfig {
  readonly contexts: Map<number | null, TranslationContext>;
  pasidTable: UserPasidTable | null;
}

/** An IOMMU: it translates for the devices behind it, caches what it found, and takes commands. */
export class IommuUnit {
  readonly name: string;
  readonly driver: HardwareDriver;
  readonly memory: TableMemory;
  readonly devices = new Map<number, BusDevice>();
  /** The commands that it took, oldest first; very old ones are dropped. */
  readonly log: HwCommand[] = [];
  /** The answers that it sent to devices, oldest first; very old ones are dropped. */
  readonly responses: RawPageResponse[] = [];
  readonly iotlb = new TranslationCache(limits.iotlb);
  /** Entries of PASID tables that it cached, by device and PASID. */
  readonly pasidCache = new Map<number, TranslationContext>();
  /** Hears of page requests. */
  onPageRequest: ((request: RawPageRequest) => void) | null = null;
  /** Tables that were walked, for those who want to see that caches work. */
  walks = 0;
  readonly #configs = new Map<number, StreamConfig>();
  #nextDomain = 1;

  constructor({ name, driver, memory }: Pick<IommuUnit, 'name' | 'driver' | 'memory'>) {
    this.name = name;
    this.driver = driver;
    this.memory = memory;
  }

  /** A number for a further domain. */
  newDomain(): number {
    return this.#nextDomain++;
  }

  /** Sets how a stream is translated; null blocks it. The kernel follows up with invalidations. */
  setContext({ sid, pasid }: Stream, context: TranslationContext | null): void {
    if (context === null) this.#configs.get(sid)?.contexts.delete(pasid);
    else this.#config(sid).contexts.set(pasid, context);
  }

  /** Sets the PASID table of a device that its user fills; null takes it away. */
  setPasidTable(sid: number, table: UserPasidTable | null): void {
    this.#config(sid).pasidTable = table;
  }

  /** Translates a request; null where it is blocked or nothing is mapped. Permissions are the caller's to look at. */
  translate(stream: Stream, address: bigint): (PageResult & { readonly tag: Tag }) | null {
    const context = this.#contextOf(stream);
    if (context === null) return null;
    const key = keyOf(stream);
    const page = address - (address % CACHED_PAGE);
    const cached = this.iotlb.get(key, address);
    if (
      cached !== undefined &&
      cached.tag.domain === context.tag.domain &&
      cached.tag.asid === context.tag.asid
    )
      return { ...cached, address: cached.address + (address - page) };
    this.walks++;
    const found = walk(context, this.memory, page);
    if (found === null) return null;
    this.iotlb.set(key, address, { ...found, tag: context.tag });
    return { ...found, address: found.address + (address - page), tag: context.tag };
  }

  /** What a walk would give now, whatever is cached. */
  walkOnly(stream: Stream, address: bigint): WalkResult | null {
    const { pasidTable, contexts } = this.#configs.get(stream.sid) ?? {};
    const context =
      pasidTable == null
        ? contexts?.get(stream.pasid)
        : readPasidTable(pasidTable, this.memory, stream.pasid ?? 0);
    return context == null ? null : walk(context, this.memory, address);
  }

  /** Takes a command. */
  submit(command: HwCommand): void {
    keep(this.log, command, limits.log);
    switch (command.op) {
      case 'TLBI':
        this.#invalidateIotlb(command);
        break;
      case 'ATC_INV':
        this.devices.get(command.sid)?.invalidate(command.pasid, command.range);
        break;
      case 'CFGI':
        this.#invalidatePasidCache(command.sid, command.pasid);
        break;
      case 'DEV_INV':
        this.#invalidateDevice(command.sid, command.caches);
        break;
    }
  }

  /** Sends the answer to a page request. */
  respond(response: RawPageResponse): void {
    keep(this.responses, response, limits.responses);
  }

  #config(sid: number): StreamConfig {
    const config = this.#configs.get(sid) ?? { contexts: new Map(), pasidTable: null };
    this.#configs.set(sid, config);
    return config;
  }

  #contextOf(stream: Stream): TranslationContext | null {
    const config = this.#configs.get(stream.sid);
    // The bus has no such PASIDs, and the number of one would be that of another device's.
    if (config === undefined || (stream.pasid ?? 0) >= pasids) return null;
    if (config.pasidTable === null) return config.contexts.get(stream.pasid) ?? null;
    // A table of the user's own decides for all requests; those without a PASID use entry 0.
    const key = stream.sid * pasids + (stream.pasid ?? 0);
    const cached = this.pasidCache.get(key);
    if (cached !== undefined) return cached;
    const read = readPasidTable(config.pasidTable, this.memory, stream.pasid ?? 0);
    if (read !== null) this.pasidCache.set(key, read);
    return read;
  }

  #invalidateIotlb({ domain, asid, stream, range, atc }: Extract<HwCommand, { op: 'TLBI' }>): void {
    const wanted = (tag: Tag): boolean => tag.domain === domain && fits(asid, tag);
    if (stream !== null) {
      for (const key of this.#keysOf(stream)) this.iotlb.forget(key, range, wanted);
      if (atc) this.devices.get(stream.sid)?.invalidate(stream.pasid, range);
      return;
    }
    for (const key of this.iotlb.keys()) this.iotlb.forget(key, range, wanted);
    if (!atc) return;
    for (const [sid, { contexts, pasidTable }] of this.#configs) {
      const device = this.devices.get(sid);
      if (pasidTable?.domain === domain) device?.invalidate('any', range);
      for (const [pasid, context] of contexts) if (wanted(context.tag)) device?.invalidate(pasid, range);
    }
  }

  #keysOf({ sid, pasid }: StreamChoice): readonly number[] {
    return pasid === 'any' ? this.iotlb.keys().filter((key) => sidOf(key) === sid) : [keyOf({ sid, pasid })];
  }

  #invalidatePasidCache(sid: number, pasid: number | 'any'): void {
    if (pasid !== 'any') this.pasidCache.delete(sid * pasids + pasid);
    else
      for (const key of this.pasidCache.keys())
        if (Math.floor(key / pasids) === sid) this.pasidCache.delete(key);
  }

  #invalidateDevice(sid: number, caches: number): void {
    if ((caches & IOAS_CACHE_IOTLB) !== 0)
      for (const key of this.#keysOf({ sid, pasid: 'any' })) this.iotlb.forget(key, null);
    if ((caches & IOAS_CACHE_DEV_IOTLB) !== 0) this.devices.get(sid)?.invalidate('any', null);
    if ((caches & IOAS_CACHE_PASID) !== 0) this.#invalidatePasidCache(sid, 'any');
  }
}

/** Adds to what is kept; of too much the older half goes. */
function keep<T>(list: T[], one: T, limit: number): void {
  if (list.length >= limit) list.splice(0, limit / 2);
  list.push(one);
}

function fits(asid: Asid, tag: Tag): boolean {
  return asid === 'any' || asid === tag.asid;
}

/** A stream as a number: one for each PASID, and one for requests without. */
function keyOf({ sid, pasid }: Stream): number {
  return sid * 2 * pasids + (pasid === null ? 0 : pasid + 1);
}

function sidOf(key: number): number {
  return Math.floor(key / (2 * pasids));
}
