/** The reference /dev/iommu: iommufd as Linux 6.12 does it, in a process that is made up. */

export type { CallResult, Result } from '../ioctl/call-result.ts';
export type { PageFill } from '../ioctl/page-frames.ts';
export { PAGE_SIZE, type Page, PageFrames } from '../ioctl/page-frames.ts';
export { Refusal } from '../ioctl/refusal.ts';
export { type MappingOptions, SparseMemory } from '../ioctl/sparse-memory.ts';
export type { UserMemory } from '../ioctl/user-memory.ts';
export { Device, type DeviceOptions, type DmaFault } from '../iommu/kernel-api/device.ts';
export type {
  AttachHandle,
  DirtyTracking,
  Domain,
  Driver,
  HwInfo,
  InvalidationRequests,
  InvalidationResult,
  IommuDevice,
  NestedDomain,
  PageRequest,
  PageRequestGroup,
  PageRequestState,
  PagingDomain,
  ReservedRegion,
  Translation,
  UserData,
} from '../iommu/kernel-api/driver.ts';
export { MockDevice, MockDriver, mockDriver } from '../iommu/kernel-api/drivers/mock.ts';
export { IommuGroup } from '../iommu/kernel-api/group.ts';
export type { Iotlb } from '../iommu/kernel-api/iotlb.ts';
export { reportPageRequest } from '../iommu/kernel-api/page-request.ts';
export type { Access, AccessOps, AccessRange } from './access.ts';
export {
  attachAccess,
  createAccess,
  destroyAccess,
  detachAccess,
  pinPages,
  replaceAccess,
  unpinPages,
} from './access.ts';
export { accessRw, type Transfer } from './access-rw.ts';
export { detachDevice } from './attach.ts';
export { attachDevice, replaceDevice } from './attach-pt.ts';
export { IommufdCalls, type MapArguments, type Scratch } from './calls.ts';
export { bindDevice, unbindDevice } from './device.ts';
export { FileTable, type OpenFile } from './file.ts';
export type { Credentials, Host, LockedPages } from './host.ts';
export type { PagetableAccess } from './iopt.ts';
export type { KernelMemory } from './kernel-memory.ts';
export { limits } from './limits.ts';
export { Iommufd } from './main.ts';
export type { IommufdObject, Kind, ObjectKind, ObjectTable } from './object.ts';
export type { AccountMode, PageSource } from './page-source.ts';
export type { BoundDevice, DeviceGroup, Ioas, IommufdContext } from './private.ts';
export { type DevicePath, Process, type ProcessOptions } from './process.ts';
export type { IovaRange } from './reserved-ranges.ts';
export { createCompatIoas, setNoIommu } from './vfio-ioas.ts';
