import { U64_MAX } from '../base/u64.ts';
import { type IommuTestCmdView, MOCK_NESTED_DOMAIN_IOTLB_ID_MAX } from '../generated/ts/iommufd-test.ts';
import { PAGE_SIZE, type Page } from '../ioctl/page-frames.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { MOCK_IO_PAGE_SIZE, MockDomain } from '../iommu/kernel-api/drivers/mock-domain.ts';
import { MockNestedDomain } from '../iommu/kernel-api/drivers/mock-nested.ts';
import { limits } from './limits.ts';
import { pagesOf } from './pages.ts';
import { HwptNested, HwptPaging, type IommufdContext } from './private.ts';
import type { Ucmd } from './ucmd.ts';

const ioPageSize = BigInt(MOCK_IO_PAGE_SIZE);
const pageSize = BigInt(PAGE_SIZE);

/** @kernel selftest.c get_md_pagetable */
function getMockDomain(ictx: IommufdContext, id: number, check: string): MockDomain | Refusal {
  const hwpt = ictx.objects.get(id, HwptPaging, check);
  if (hwpt instanceof Refusal) return hwpt;
  return hwpt.domain instanceof MockDomain ? hwpt.domain : refuse('EINVAL', check);
}

/**
 * Whether a page table leads to the same memory as addresses of the process.
 *
 * @kernel selftest.c iommufd_test_md_check_pa
 */
export function checkMap({ ictx, cmd }: Ucmd<IommuTestCmdView>): Refusal | null {
  const { iova, length, uptr } = cmd.check_map;
  if ((iova | length | uptr) % ioPageSize !== 0n) return refuse('EINVAL', 'map-aligned');
  if (uptr + length > U64_MAX) return refuse('EINVAL', 'map-no-wrap');
  const domain = getMockDomain(ictx, cmd.id, 'map-hwpt');
  if (domain instanceof Refusal) return domain;
  const blocksInPage = PAGE_SIZE / MOCK_IO_PAGE_SIZE;
  let page: Page | undefined;
  let ioPage = Number(iova / ioPageSize);
  let block = Number((uptr % pageSize) / ioPageSize);
  let at = uptr - (uptr % pageSize);
  for (let left = length / ioPageSize; left > 0n; left--) {
    if (page === undefined) {
      const found = pagesOf(ictx.host, at, 1, false);
      if (found instanceof Refusal) return refuse(found.errno, 'map-there');
      page = found[0] as Page;
    }
    if (domain.blockAt(ioPage) !== page.frame * blocksInPage + block) return refuse('EINVAL', 'map-same');
    ioPage++;
    if (++block === blocksInPage) {
      block = 0;
      at += pageSize;
      page = undefined;
    }
  }
  return null;
}

/**
 * Whether pages of the process are pinned so often.
 *
 * @kernel selftest.c iommufd_test_md_check_refs
 */
export function checkRefs({ ictx, cmd }: Ucmd<IommuTestCmdView>): Refusal | null {
  const { length, uptr, refs } = cmd.check_refs;
  if ((length | uptr) % pageSize !== 0n) return refuse('EINVAL', 'refs-aligned');
  if (uptr + length > U64_MAX) return refuse('EINVAL', 'refs-no-wrap');
  for (let done = 0n; done < length; done += pageSize) {
    const found = pagesOf(ictx.host, uptr + done, 1, false);
    if (found instanceof Refusal) return refuse(found.errno, 'refs-there');
    if (found[0]?.pins !== refs) return refuse('EIO', 'refs-same');
  }
  return null;
}

/** @kernel selftest.c iommufd_test_md_check_iotlb get_md_pagetable_nested */
export function checkIotlb({ ictx, cmd }: Ucmd<IommuTestCmdView>): Refusal | null {
  const { id, iotlb } = cmd.check_iotlb;
  const hwpt = ictx.objects.get(cmd.id, HwptNested, 'iotlb-hwpt');
  if (hwpt instanceof Refusal) return hwpt;
  if (!(hwpt.domain instanceof MockNestedDomain)) return refuse('EINVAL', 'iotlb-hwpt');
  if (id > MOCK_NESTED_DOMAIN_IOTLB_ID_MAX) return refuse('EINVAL', 'iotlb-slot');
  return hwpt.domain.iotlb[id] === iotlb ? null : refuse('EINVAL', 'iotlb-same');
}

/**
 * Marks pages as written by a device. The place is counted in pages of the caller's size, the page table in its own:
 * with another size this marks somewhere else, and behind 2^64 it goes on at 0, as in the kernel.
 *
 * @kernel selftest.c iommufd_test_dirty
 */
export function markDirty({ ictx, cmd, reply }: Ucmd<IommuTestCmdView>): Refusal | null {
  const request = cmd.dirty;
  const { iova, length, page_size: size, uptr } = request;
  if (size === 0n || length === 0n) return refuse('EINVAL', 'dirty-something');
  if (iova % size !== 0n || length % size !== 0n) return refuse('EINVAL', 'dirty-aligned');
  if (uptr === 0n) return refuse('EINVAL', 'dirty-something');
  const count = length / size;
  if (count > limits.testDirtyPagesMax) return refuse('EOVERFLOW', 'dirty-bounded');
  const domain = getMockDomain(ictx, cmd.id, 'dirty-hwpt');
  if (domain instanceof Refusal) return domain;
  if (domain.dirty?.enabled !== true) return refuse('EINVAL', 'dirty-tracking');
  if (!ictx.host.allocate()) return refuse('ENOMEM', 'memory');
  const bits = ictx.host.memory.read(uptr, Math.ceil(Number(count) / 8));
  if (bits === null) return refuse('EFAULT', 'dirty-readable');
  let marked = 0n;
  for (let i = 0; i < Number(count); i++) {
    if (((bits[i >> 3] ?? 0) & (1 << (i & 7))) === 0) continue;
    const at = BigInt.asUintN(64, iova + BigInt(i) * size);
    if (domain.setDirtyAt(Number(at / size))) marked++;
  }
  request.out_nr_dirty = marked;
  return reply.respond();
}
