import { IdTable } from '../base/id-table.ts';
import {
  decodeIommuHwptPageResponse,
  encodeIommuHwptPgfault,
  IOMMUFD_PAGE_RESP_INVALID,
  IOMMUFD_PAGE_RESP_SUCCESS,
  sizeofIommuHwptPageResponse,
  sizeofIommuHwptPgfault,
} from '../generated/ts/iommufd.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { UserMemory } from '../ioctl/user-memory.ts';
import type { AttachHandle, PageRequestGroup } from '../iommu/kernel-api/driver.ts';
import type { OpenFile } from './file.ts';
import { limits } from './limits.ts';
import { IommufdObject } from './object.ts';

/** Who is told when a file that holds it open is closed. */
interface FileUsers {
  put(): void;
}

/** The attachment that a page request comes from: messages name its device. */
export interface FaultHandle extends AttachHandle {
  readonly device: IommufdObject;
}

/** A queue of page faults. Follows struct iommufd_fault (iommufd_private.h). */
export class Fault extends IommufdObject implements OpenFile {
  readonly kind = 'fault';
  readonly #ictx: FileUsers;
  /** Groups that nobody read yet. */
  deliver: PageRequestGroup[] = [];
  /** Groups that were read and wait for an answer, by cookie. */
  readonly response = new IdTable<PageRequestGroup>({ first: 1, last: limits.cookieMax });

  constructor(ictx: FileUsers) {
    super();
    this.#ictx = ictx;
  }

  /** @kernel fault.c iommufd_fault_destroy */
  destroy(): void {
    for (const group of this.deliver) group.respond(IOMMUFD_PAGE_RESP_INVALID);
    this.deliver = [];
    for (const [cookie, group] of this.response.entries()) {
      this.response.delete(cookie);
      group.respond(IOMMUFD_PAGE_RESP_INVALID);
    }
  }

  /**
   * Gives as many whole groups as there is room for.
   *
   * @returns bytes, 0 where no group waits
   * @kernel fault.c iommufd_fault_fops_read
   */
  read(memory: UserMemory, address: bigint, length: number): number | Refusal {
    if (length % sizeofIommuHwptPgfault !== 0) return refuse('ESPIPE', 'whole-faults');
    let done = 0;
    for (let group = this.deliver[0]; group !== undefined; group = this.deliver[0]) {
      const size = group.requests.length * sizeofIommuHwptPgfault;
      if (size > length - done) return done === 0 ? refuse('EINVAL', 'group-fits') : done;
      const refusal = this.#giveGroup(group, memory, address + BigInt(done));
      if (refusal !== null) return done === 0 ? refusal : done;
      this.deliver.shift();
      done += size;
    }
    return done;
  }

  /** @kernel fault.c iommufd_compose_fault_message */
  #giveGroup(group: PageRequestGroup, memory: UserMemory, address: bigint): Refusal | null {
    const cookie = this.response.add(group);
    if (cookie === null) return refuse('EBUSY', 'cookies');
    const { device } = group.handle as FaultHandle;
    for (const [index, request] of group.requests.entries()) {
      const bytes = new Uint8Array(sizeofIommuHwptPgfault);
      const { flags, pasid, grpid, perm, addr } = request;
      const view = new DataView(bytes.buffer);
      encodeIommuHwptPgfault({ flags, dev_id: device.id, pasid, grpid, perm, addr, length: 0, cookie }, view);
      if (memory.write(address + BigInt(index * bytes.length), bytes) < bytes.length) {
        this.response.delete(cookie);
        return refuse('EFAULT', 'faults-writable');
      }
    }
    return null;
  }

  /**
   * Takes answers to groups, up to the first that is wrong.
   *
   * @returns bytes
   * @kernel fault.c iommufd_fault_fops_write
   */
  write(memory: UserMemory, address: bigint, length: number): number | Refusal {
    const size = sizeofIommuHwptPageResponse;
    if (length % size !== 0) return refuse('ESPIPE', 'whole-responses');
    for (let done = 0; done < length; done += size) {
      const refusal = this.#takeResponse(memory, address + BigInt(done));
      if (refusal !== null) return done === 0 ? refusal : done;
    }
    return length;
  }

  #takeResponse(memory: UserMemory, address: bigint): Refusal | null {
    const bytes = memory.read(address, sizeofIommuHwptPageResponse);
    if (bytes === null) return refuse('EFAULT', 'responses-readable');
    const { cookie, code } = decodeIommuHwptPageResponse(new DataView(bytes.buffer));
    if (code !== IOMMUFD_PAGE_RESP_SUCCESS && code !== IOMMUFD_PAGE_RESP_INVALID)
      return refuse('EINVAL', 'known-code');
    const group = this.response.delete(cookie);
    if (group === undefined) return refuse('EINVAL', 'cookie-waits');
    group.respond(code);
    return null;
  }

  /** @kernel fault.c iommufd_fault_fops_poll */
  readable(): boolean {
    return this.deliver.length > 0;
  }

  /** @kernel fault.c iommufd_fault_fops_release */
  release(): void {
    this.users--;
    this.#ictx.put();
  }
}

/**
 * A group of page requests of an attached device.
 *
 * @kernel fault.c iommufd_fault_iopf_handler
 */
export function takePageRequests(fault: Fault, group: PageRequestGroup): void {
  fault.deliver.push(group);
}

/**
 * Answers all groups of an attachment that ends.
 *
 * @kernel fault.c iommufd_auto_response_faults
 */
export function autoRespond(fault: Fault, handle: AttachHandle | null): void {
  const ended = fault.deliver.filter((group) => group.handle === handle);
  fault.deliver = fault.deliver.filter((group) => group.handle !== handle);
  for (const group of ended) group.respond(IOMMUFD_PAGE_RESP_INVALID);
  for (const [cookie, group] of fault.response.entries()) {
    if (group.handle !== handle) continue;
    fault.response.delete(cookie);
    group.respond(IOMMUFD_PAGE_RESP_INVALID);
  }
}
