import {
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
  IOMMU_HWPT_DATA_NONE,
  IOMMU_HWPT_FAULT_ID_VALID,
  type IommuHwptAlloc,
} from '../generated/ts/iommufd.ts';
import { copyStructFromUser } from '../ioctl/copy-struct.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import type { UserData } from '../iommu/kernel-api/driver.ts';
import { attachHwpt, detachHwpt } from './attach.ts';
import { addDomain } from './domains.ts';
import { Fault } from './fault.ts';
import { IommufdObject } from './object.ts';
import { BoundDevice, type Hwpt, HwptNested, HwptPaging, Ioas, type IommufdContext } from './private.ts';
import type { Ucmd } from './ucmd.ts';

/** @kernel hw_pagetable.c iommufd_hwpt_alloc */
export function hwptAlloc({ ictx, cmd, reply }: Ucmd<IommuHwptAlloc>): Refusal | null {
  if (cmd.__reserved !== 0) return refuse('EOPNOTSUPP', 'reserved');
  if ((cmd.data_type === IOMMU_HWPT_DATA_NONE) !== (cmd.data_len === 0))
    return refuse('EINVAL', 'data-or-none');
  const device = ictx.objects.get(cmd.dev_id, BoundDevice, 'device-exists');
  if (device instanceof Refusal) return device;
  const pt = ictx.objects.get<IommufdObject>(cmd.pt_id, IommufdObject, 'pt-exists');
  if (pt instanceof Refusal) return refuse('EINVAL', 'pt-exists');
  const data = cmd.data_len === 0 ? null : userData(ictx, cmd);
  const hwpt = allocOn(ictx, pt, { device, flags: cmd.flags, data });
  if (hwpt instanceof Refusal) return hwpt;
  const refusal = useFaultQueue(ictx, hwpt, cmd) ?? answer(hwpt);
  if (refusal === null) ictx.objects.publish(hwpt);
  else ictx.objects.abort(hwpt);
  return refusal;

  function answer({ id }: Hwpt): Refusal | null {
    cmd.out_hwpt_id = id;
    return reply.respond();
  }
}

/** Who a page table is for, and what it is to be. */
export interface HwptRequest {
  readonly device: BoundDevice;
  /** IOMMU_HWPT_ALLOC_ and IOMMU_HWPT_FAULT_ID_VALID. */
  readonly flags: number;
  readonly data: UserData | null;
}

function allocOn(ictx: IommufdContext, pt: IommufdObject, request: HwptRequest): Hwpt | Refusal {
  if (pt instanceof Ioas) return allocHwptPaging(ictx, pt, request, false);
  if (pt instanceof HwptPaging) return allocHwptNested(ictx, pt, request);
  return refuse('EINVAL', 'pt-exists');
}

function userData(ictx: IommufdContext, cmd: IommuHwptAlloc): UserData {
  const { data_type: type, data_len: length, data_uptr: address } = cmd;
  const { memory } = ictx.host;
  return { type, length, read: (size) => copyStructFromUser(memory, { address, size: length }, size) };
}

function useFaultQueue(ictx: IommufdContext, hwpt: Hwpt, cmd: IommuHwptAlloc): Refusal | null {
  if ((cmd.flags & IOMMU_HWPT_FAULT_ID_VALID) === 0) return null;
  const fault = ictx.objects.get(cmd.fault_id, Fault, 'fault-queue-exists');
  if (fault instanceof Refusal) return fault;
  hwpt.fault = fault;
  fault.users++;
  return null;
}

const pagingFlags = IOMMU_HWPT_ALLOC_NEST_PARENT | IOMMU_HWPT_ALLOC_DIRTY_TRACKING;

/**
 * Makes a page table with all that the address space maps, not published yet. `attach` attaches the device before the
 * mappings are loaded.
 *
 * @kernel hw_pagetable.c iommufd_hwpt_paging_alloc iommufd_hwpt_paging_enforce_cc
 */
export function allocHwptPaging(
  ictx: IommufdContext,
  ioas: Ioas,
  { device: bound, flags, data }: HwptRequest,
  attach: boolean,
): HwptPaging | Refusal {
  const { device } = bound;
  const { driver } = device;
  if ((flags & ~pagingFlags) !== 0) return refuse('EOPNOTSUPP', 'known-flags');
  if ((flags & IOMMU_HWPT_ALLOC_DIRTY_TRACKING) !== 0 && !driver.tracksDirty(device)) {
    return refuse('EOPNOTSUPP', 'can-track');
  }
  const hwpt = new HwptPaging(ioas, (flags & IOMMU_HWPT_ALLOC_NEST_PARENT) !== 0);
  const noId = ictx.reserve(hwpt);
  if (noId !== null) {
    ioas.users--;
    return noId;
  }
  const abort = (refusal: Refusal): Refusal => {
    ictx.objects.abort(hwpt);
    return refusal;
  };
  const domain = ictx.host.allocate() ? driver.allocPaging(device, flags, data) : refuse('ENOMEM', 'memory');
  if ('errno' in domain) return abort(refuse(domain.errno, domain.check));
  hwpt.domain = domain;
  hwpt.enforcesCoherency = bound.enforcesCoherency;
  const notAttached = attach ? attachHwpt(hwpt, bound) : null;
  if (notAttached !== null) return abort(notAttached);
  const notLoaded = addDomain(ioas.iopt, domain);
  if (notLoaded !== null) {
    if (attach) detachHwpt(bound);
    return abort(notLoaded);
  }
  ioas.hwpts.add(hwpt);
  return hwpt;
}

/** @kernel hw_pagetable.c iommufd_hwpt_nested_alloc */
function allocHwptNested(
  ictx: IommufdContext,
  parent: HwptPaging,
  { device: { device }, flags, data }: HwptRequest,
): HwptNested | Refusal {
  const { driver } = device;
  if ((flags & ~IOMMU_HWPT_FAULT_ID_VALID) !== 0) return refuse('EOPNOTSUPP', 'flags-fit-pt');
  if (data === null) return refuse('EOPNOTSUPP', 'data-fits-pt');
  if (parent.auto || !parent.nestParent || parent.domain?.driver !== driver)
    return refuse('EINVAL', 'is-parent');
  const hwpt = new HwptNested(parent);
  const noId = ictx.reserve(hwpt);
  if (noId !== null) {
    parent.users--;
    return noId;
  }
  const domain = ictx.host.allocate()
    ? driver.allocNested(device, flags & ~IOMMU_HWPT_FAULT_ID_VALID, parent.domain, data)
    : refuse('ENOMEM', 'memory');
  if ('errno' in domain) {
    ictx.objects.abort(hwpt);
    return refuse(domain.errno, domain.check);
  }
  hwpt.domain = domain;
  return hwpt;
}
