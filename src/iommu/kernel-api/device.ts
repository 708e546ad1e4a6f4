import type { PageFrames } from '../../ioctl/page-frames.ts';
import type { Driver, PageRequest, PageRequestState } from './driver.ts';
import { type Domain, IOMMU_READ, IOMMU_WRITE, type PagingDomain, type Translation } from './driver.ts';
import { IommuGroup } from './group.ts';
import { Iotlb } from './iotlb.ts';

/** What a device is made of. */
export interface DeviceOptions {
  readonly name: string;
  readonly driver: Driver;
  /** The memory that DMA reaches. */
  readonly frames: PageFrames;
  /** A group to join; one of its own unless given. */
  readonly group?: IommuGroup;
}

/** A DMA that the IOMMU stopped. */
export interface DmaFault {
  readonly iova: bigint;
  /** `blocked`: no domain; `unmapped`: nothing there; `denied`: not for this direction. */
  readonly reason: 'blocked' | 'unmapped' | 'denied';
}

/** A device behind an IOMMU: what it reads and writes goes through the domain of its group. */
export class Device {
  readonly name: string;
  readonly driver: Driver;
  readonly group: IommuGroup;
  readonly iotlb = new Iotlb();
  /** Page requests that wait; null while they are off. */
  pageRequests: PageRequestState | null = null;
  /** Hears the answers to page requests. */
  onPageResponse: ((request: PageRequest, code: number) => void) | null = null;
  readonly #frames: PageFrames;

  constructor({ name, driver, frames, group = new IommuGroup() }: DeviceOptions) {
    this.name = name;
    this.driver = driver;
    this.group = group;
    this.#frames = frames;
    group.devices.add(this);
  }

  /** Reads memory by DMA. */
  dmaRead(iova: bigint, length: number): Uint8Array | DmaFault {
    const bytes = new Uint8Array(length);
    const fault = this.#transfer(iova, length, IOMMU_READ, (page, at, done, count) =>
      bytes.set(page.subarray(at, at + count), done),
    );
    return fault ?? bytes;
  }

  /** Writes memory by DMA; what comes before a fault is written. */
  dmaWrite(iova: bigint, bytes: Uint8Array): DmaFault | null {
    return this.#transfer(iova, bytes.length, IOMMU_WRITE, (page, at, done, count) =>
      page.set(bytes.subarray(done, done + count), at),
    );
  }

  #transfer(
    iova: bigint,
    length: number,
    prot: number,
    use: (page: Uint8Array, at: number, done: number, count: number) => void,
  ): DmaFault | null {
    const { domain } = this.group;
    if (domain === null) return { iova, reason: 'blocked' };
    for (let done = 0; done < length; ) {
      const at = iova + BigInt(done);
      const found = this.#translate(domain, at);
      if (found === null) return { iova: at, reason: 'unmapped' };
      const { translation, paging, pagingIova } = found;
      const page = this.#frames.at(translation.frame);
      if (page === undefined) return { iova: at, reason: 'unmapped' };
      if ((translation.prot & prot) === 0) return { iova: at, reason: 'denied' };
      const count = Math.min(translation.length, length - done);
      use(page.bytes, translation.offset, done, count);
      if (prot === IOMMU_WRITE) paging.markDirty(pagingIova);
      done += count;
    }
    return null;
  }

  #translate(
    domain: Domain,
    iova: bigint,
  ): {
    readonly translation: Translation;
    readonly paging: PagingDomain;
    readonly pagingIova: bigint;
  } | null {
    const paging = domain.kind === 'nested' ? domain.parent : domain;
    const pagingIova = domain.kind === 'nested' ? domain.translate(iova) : iova;
    if (pagingIova === null) return null;
    const within = Number(pagingIova % BigInt(paging.pageSize));
    const pageIova = pagingIova - BigInt(within);
    this.iotlb.sync(paging);
    const cached = this.iotlb.get(pageIova);
    const page = cached ?? paging.translate(pageIova);
    if (page === null) return null;
    if (cached === undefined) this.iotlb.set(pageIova, page);
    const translation = { ...page, offset: page.offset + within, length: page.length - within };
    return { translation, paging, pagingIova };
  }
}
