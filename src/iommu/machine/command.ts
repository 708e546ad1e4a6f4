/** A closed range of addresses. */
export interface AddressRange {
  readonly start: bigint;
  readonly last: bigint;
}

/** What a device sends its requests as: its id on the bus, and the PASID of each request or none. */
export interface Stream {
  readonly sid: number;
  readonly pasid: number | null;
}

/** A stream, or all streams of a device. */
export interface StreamChoice {
  readonly sid: number;
  readonly pasid: number | null | 'any';
}

/** Which address space of a domain: an ASID of its user, none where there is no first stage of its own, or any. */
export type Asid = number | 'none' | 'any';

/** What the IOMMU puts on each translation that it caches. */
export interface Tag {
  readonly domain: number;
  readonly asid: Exclude<Asid, 'any'>;
}

/** A command that an IOMMU takes; one entry of its queue. */
export type HwCommand =
  /** The IOMMU forgets translations of a domain. With `atc` it tells the devices that use the domain to do so too. */
  | {
      readonly op: 'TLBI';
      readonly domain: number;
      readonly asid: Asid;
      /** Only those of one stream, or of all streams of a device. */
      readonly stream: StreamChoice | null;
      readonly range: AddressRange | null;
      readonly atc: boolean;
    }
  /** A device forgets translations; of all PASIDs and without one where `pasid` is `any`. */
  | {
      readonly op: 'ATC_INV';
      readonly sid: number;
      readonly pasid: number | null | 'any';
      readonly range: AddressRange | null;
    }
  /** The IOMMU forgets entries of a PASID table that its user fills. */
  | { readonly op: 'CFGI'; readonly sid: number; readonly pasid: number | 'any' }
  /** Everything that these caches (IOAS_CACHE_) hold for a device is forgotten. */
  | { readonly op: 'DEV_INV'; readonly sid: number; readonly caches: number };

/** A command in one line. */
export function commandText(command: HwCommand): string {
  switch (command.op) {
    case 'TLBI': {
      const { domain, asid, stream, range, atc } = command;
      const words = [`domain=${domain}`];
      if (asid !== 'any') words.push(`asid=${asid}`);
      if (stream !== null) words.push(`sid=${hex(stream.sid)}`, `pasid=${stream.pasid ?? 'none'}`);
      return ['TLBI', ...words, rangeText(range), ...(atc ? ['+atc'] : [])].join(' ');
    }
    case 'ATC_INV':
      return `ATC_INV sid=${hex(command.sid)} pasid=${command.pasid ?? 'none'} ${rangeText(command.range)}`;
    case 'CFGI':
      return `CFGI sid=${hex(command.sid)} pasid=${command.pasid}`;
    case 'DEV_INV':
      return `DEV_INV sid=${hex(command.sid)} caches=${hex(command.caches)}`;
  }
}

function rangeText(range: AddressRange | null): string {
  return range === null ? 'all' : `${hex(range.start)}..${hex(range.last)}`;
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
