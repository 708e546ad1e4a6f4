/** The /dev/iommu that the RFC of 2021 proposes: IOAS objects on simulated IOMMUs. */

export type { IdTable } from '../base/id-table.ts';
export type {
  IoasFault,
  IoasInvalidate,
  IoasKvmPasid,
  IoasRange,
  IoasWhy,
} from '../generated/ts/ioas.ts';
export type { FitQuery, Interval, IntervalMap } from '../interval/interval-map.ts';
export type { CallResult, Result } from '../ioctl/call-result.ts';
export { PAGE_SIZE, PageFrames } from '../ioctl/page-frames.ts';
export { Refusal } from '../ioctl/refusal.ts';
export { SparseMemory } from '../ioctl/sparse-memory.ts';
export type { UserMemory } from '../ioctl/user-memory.ts';
export type { BusDevice, RawPageRequest, RawPageResponse } from '../iommu/machine/bus-device.ts';
export {
  type AddressRange,
  type Asid,
  commandText,
  type HwCommand,
  type Stream,
  type StreamChoice,
  type Tag,
} from '../iommu/machine/command.ts';
export { type DmaRequest, type DmaResult, HwDevice, type HwDeviceOptions } from '../iommu/machine/device.ts';
export {
  type CommandScope,
  type GuestDevice,
  type HardwareDriver,
  withDeviceInvalidation,
} from '../iommu/machine/driver.ts';
export { flatDriver, plainDriver } from '../iommu/machine/drivers/plain.ts';
export { smmuv3Driver } from '../iommu/machine/drivers/smmuv3.ts';
export { vtdDriver } from '../iommu/machine/drivers/vtd.ts';
export { type GuestMemory, GuestPageTable } from '../iommu/machine/guest-table.ts';
export {
  amdFormat,
  type PageResult,
  type PageTableFormat,
  smmuFormat,
  type TableEntry,
  vtdFormat,
  type WalkResult,
} from '../iommu/machine/page-table.ts';
export { type ContextDescriptor, contextDescriptorWords } from '../iommu/machine/pasid-table.ts';
export type { CachedPage, TranslationCache } from '../iommu/machine/translation-cache.ts';
export type {
  AddressMap,
  TableMemory,
  TranslationContext,
  UserPasidTable,
} from '../iommu/machine/translation-context.ts';
export { IommuUnit } from '../iommu/machine/unit.ts';
export { IoasCalls, type MapArguments, type PageTableArguments } from './calls.ts';
export { type Capability, deviceCapabilities, ioasCapabilities } from './capabilities.ts';
export { type CapabilityForm, elementsOf } from './capability-forms.ts';
export type { InfoReply } from './info.ts';
export { Kvm } from './kvm.ts';
export { Machine } from './machine.ts';
export { deviceIoctl, IoasFile, kvmIoctl } from './main.ts';
export type { MappedAddresses, Mapping } from './mapped-addresses.ts';
export {
  type Attachment,
  type DeviceDma,
  DeviceGroup,
  type Host,
  Ioas,
  type IoasContext,
  IoasDevice,
  type IoasDeviceOptions,
  type IoasOptions,
  type PendingFault,
  type UserTable,
} from './objects.ts';
export type { PasidPools, SharedPasidRequest } from './pasid.ts';
export type { PinnedMemory } from './pinned-memory.ts';
export { type Profile, type ProfileName, profiles } from './profile.ts';
