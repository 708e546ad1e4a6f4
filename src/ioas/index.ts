/** The /dev/iommu that the founding mail asks for: IOAS objects on IOMMUs that are made up. */

export { PAGE_SIZE, PageFrames } from '../ioctl/page-frames.ts';
export { SparseMemory } from '../ioctl/sparse-memory.ts';
export type { UserMemory } from '../ioctl/user-memory.ts';
export { type AddressRange, commandText, type HwCommand, type Stream } from '../iommu/hardware/command.ts';
export { type DmaRequest, type DmaResult, HwDevice, type HwDeviceOptions } from '../iommu/hardware/device.ts';
export { type HardwareDriver, withDeviceInvalidation } from '../iommu/hardware/driver.ts';
export { flatDriver, plainDriver } from '../iommu/hardware/drivers/plain.ts';
export { smmuv3Driver } from '../iommu/hardware/drivers/smmuv3.ts';
export { vtdDriver } from '../iommu/hardware/drivers/vtd.ts';
export { type GuestMemory, GuestPageTable } from '../iommu/hardware/guest-table.ts';
export { amdFormat, type PageTableFormat, smmuFormat, vtdFormat } from '../iommu/hardware/page-table.ts';
export { contextDescriptorWords } from '../iommu/hardware/pasid-table.ts';
export { IommuUnit, type RawPageResponse } from '../iommu/hardware/unit.ts';
export { Ioas } from './address-space.ts';
export { IoasCalls, type MapArguments, type Result } from './calls.ts';
export { type Capability, deviceCapabilities, ioasCapabilities } from './capabilities.ts';
export { type CapabilityForm, elementsOf } from './capability-forms.ts';
export { DeviceGroup, IoasDevice, type IoasDeviceOptions } from './device.ts';
export { Failure } from './failure.ts';
export type { InfoReply } from './info.ts';
export { Kvm } from './kvm.ts';
export { Machine } from './machine.ts';
export { type CallResult, deviceIoctl, IoasFile, kvmIoctl } from './main.ts';
export { type Profile, type ProfileName, profiles } from './profile.ts';
