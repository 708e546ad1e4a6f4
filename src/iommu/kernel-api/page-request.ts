import type { AttachHandle, IommuDevice, PageRequest, PageRequestGroup } from './driver.ts';

/** The request had a PASID. */
export const PAGE_REQUEST_PASID_VALID = 1;
/** The request is the last one of its group. */
export const PAGE_REQUEST_LAST_PAGE = 2;

/**
 * A device reports a page request.
 *
 * @returns false where nobody takes it; the device then gets the answer `invalid`
 * @kernel drivers/iommu/io-pgfault.c iommu_report_device_fault
 */
export function reportPageRequest(device: IommuDevice, request: PageRequest): boolean {
  const handle = handleFor(device, request);
  const state = device.pageRequests;
  if (handle?.handlePageRequests == null || state === null) {
    device.onPageResponse?.(request, 1);
    return false;
  }
  if ((request.flags & PAGE_REQUEST_LAST_PAGE) === 0) {
    state.partial.push(request);
    return true;
  }
  const requests = state.partial.filter(({ grpid }) => grpid === request.grpid);
  for (const part of requests) state.partial.splice(state.partial.indexOf(part), 1);
  const group: PageRequestGroup = {
    device,
    handle,
    requests: [...requests, request],
    respond(code) {
      if (state.waiting.delete(group)) device.onPageResponse?.(request, code);
    },
  };
  state.waiting.add(group);
  handle.handlePageRequests(group, handle);
  return true;
}

/**
 * A request with a PASID goes to the domain of the device itself if user space keeps the PASID table, which a nested
 * domain means.
 *
 * @kernel drivers/iommu/io-pgfault.c find_fault_handler
 */
function handleFor(device: IommuDevice, { flags, pasid }: PageRequest): AttachHandle | null {
  const { handle } = device.group;
  const ofPasid = (flags & PAGE_REQUEST_PASID_VALID) !== 0 && pasid !== 0;
  return ofPasid && handle?.domain.kind !== 'nested' ? null : handle;
}
