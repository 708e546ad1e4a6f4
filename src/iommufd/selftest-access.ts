import { U64_MAX } from '../base/u64.ts';
import {
  type IommuTestCmdView,
  MOCK_ACCESS_RW_SLOW_PATH,
  MOCK_ACCESS_RW_WRITE,
  MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES,
  MOCK_FLAGS_ACCESS_SYZ,
  MOCK_FLAGS_ACCESS_WRITE,
} from '../generated/ts/iommufd-test.ts';
import { PAGE_SIZE, type Page } from '../ioctl/page-frames.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import {
  type Access,
  type AccessOps,
  attachAccess,
  createAccess,
  destroyAccess,
  pinPages,
  replaceAccess,
  unpinPages,
} from './access.ts';
import { accessRw } from './access-rw.ts';
import type { OpenFile } from './file.ts';
import { limits } from './limits.ts';
import { pagesOf } from './pages.ts';
import type { IommufdContext } from './private.ts';
import { iovaOfArea } from './selftest-syz.ts';
import type { Ucmd } from './ucmd.ts';

/** Pages that an access of the test driver pinned. */
interface Item {
  readonly id: number;
  readonly iova: bigint;
  readonly length: bigint;
}

/** A file of the test driver that stands for an access. @kernel selftest.c selftest_access */
export class SelftestAccess implements AccessOps, OpenFile {
  readonly needsPinPages: boolean;
  access: Access | null = null;
  items: Item[] = [];
  nextId = 0;

  constructor(needsPinPages: boolean) {
    this.needsPinPages = needsPinPages;
  }

  /** @kernel selftest.c iommufd_test_access_unmap */
  unmap(iova: bigint, length: bigint): void {
    const last = iova + length - 1n;
    const kept: Item[] = [];
    for (const item of this.items) {
      if (iova > item.iova + item.length - 1n || last < item.iova) kept.push(item);
      else if (this.access !== null) unpinPages(this.access, item.iova, item.length);
    }
    this.items = kept;
  }

  /** @kernel selftest.c iommufd_test_staccess_release */
  release(): void {
    if (this.access === null) return;
    this.unmap(0n, U64_MAX);
    destroyAccess(this.access);
    this.access = null;
  }
}

/** @kernel selftest.c iommufd_access_get */
function getAccess({ host }: IommufdContext, fd: number, check: string): SelftestAccess | Refusal {
  const file = host.files.get(fd);
  return file instanceof SelftestAccess ? file : refuse('EBADFD', check);
}

/** @kernel selftest.c iommufd_test_create_access iommufd_test_alloc_access */
export function createAccessCommand({ ictx, cmd, reply }: Ucmd<IommuTestCmdView>): Refusal | null {
  const request = cmd.create_access;
  if ((request.flags & ~MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES) !== 0)
    return refuse('EOPNOTSUPP', 'access-flags');
  if (!ictx.host.allocate()) return refuse('ENOMEM', 'memory');
  const file = new SelftestAccess((request.flags & MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES) !== 0);
  const access = createAccess(ictx, file);
  if (access instanceof Refusal) return access;
  const refusal = attachAccess(access, cmd.id);
  if (refusal !== null) {
    destroyAccess(access);
    return refusal.errno === 'ENOENT'
      ? refuse('ENOENT', 'access-ioas')
      : refuse(refusal.errno, 'access-aligned');
  }
  const fd = ictx.host.files.reserve();
  request.out_access_fd = fd;
  const unanswered = reply.respond();
  if (unanswered !== null) {
    destroyAccess(access);
    return unanswered;
  }
  file.access = access;
  ictx.host.files.install(fd, file);
  return null;
}

/** @kernel selftest.c iommufd_test_access_replace_ioas */
export function accessReplaceIoas({ ictx, cmd }: Ucmd<IommuTestCmdView>): Refusal | null {
  const file = getAccess(ictx, cmd.id, 'reattach-access');
  if (file instanceof Refusal) return file;
  const refusal = replaceAccess(file.access as Access, cmd.access_replace_ioas.ioas_id);
  if (refusal === null) return null;
  return refuse(refusal.errno, refusal.errno === 'ENOENT' ? 'reattach-ioas' : 'reattach-aligned');
}

/** @kernel selftest.c iommufd_test_access_pages */
export function accessPages({ ictx, cmd, reply }: Ucmd<IommuTestCmdView>): Refusal | null {
  const request = cmd.access_pages;
  const { length, uptr, flags } = request;
  if (length > limits.testAccessBytesMax) return refuse('ENOMEM', 'pin-length');
  if ((flags & ~(MOCK_FLAGS_ACCESS_WRITE | MOCK_FLAGS_ACCESS_SYZ)) !== 0)
    return refuse('EOPNOTSUPP', 'pin-flags');
  const file = getAccess(ictx, cmd.id, 'pin-access');
  if (file instanceof Refusal) return file;
  if (!file.needsPinPages) return refuse('EOPNOTSUPP', 'pin-able');
  const access = file.access as Access;
  const iova = (flags & MOCK_FLAGS_ACCESS_SYZ) !== 0 ? syzIovaOf(access, request.iova) : request.iova;
  if (!ictx.host.allocate()) return refuse('ENOMEM', 'memory');
  const pages = pinPages(access, { iova, length, write: (flags & MOCK_FLAGS_ACCESS_WRITE) !== 0 });
  if (pages instanceof Refusal)
    return pages.check === 'pages-there' ? refuse(pages.errno, 'pin-there') : pages;
  const wrong =
    uptr === 0n ? null : checkPages(ictx, uptr - (iova % BigInt(PAGE_SIZE)), pages, spanned(iova, length));
  if (wrong !== null) {
    unpinPages(access, iova, length);
    return wrong;
  }
  const item = { id: file.nextId++, iova, length };
  request.out_access_pages_id = item.id;
  const unanswered = reply.respond();
  if (unanswered === null) file.items.push(item);
  else unpinPages(access, iova, length);
  return unanswered;
}

/** Pages of memory that a range of IOVAs touches if both are aligned alike. */
function spanned(iova: bigint, length: bigint): number {
  const size = BigInt(PAGE_SIZE);
  return Number((iova + length + size - 1n) / size - iova / size);
}

/** @kernel selftest.c iommufd_test_check_pages */
function checkPages(
  { host }: IommufdContext,
  address: bigint,
  pages: readonly Page[],
  count: number,
): Refusal | null {
  const start = BigInt.asUintN(64, address) & ~BigInt(PAGE_SIZE - 1);
  for (let index = 0; index < count; index++) {
    const found = pagesOf(host, start + BigInt(index * PAGE_SIZE), 1, false);
    if (found instanceof Refusal) return refuse(found.errno, 'pin-there');
    if (found[0] !== pages[index]) return refuse('EBADE', 'pin-same');
  }
  return null;
}

function syzIovaOf({ ioas }: Access, iova: bigint): bigint {
  return ioas === null ? 0n : iovaOfArea(ioas.iopt, iova);
}

/** @kernel selftest.c iommufd_test_access_item_destroy */
export function unpinCommand({ ictx, cmd }: Ucmd<IommuTestCmdView>): Refusal | null {
  const file = getAccess(ictx, cmd.id, 'unpin-access');
  if (file instanceof Refusal) return file;
  const index = file.items.findIndex(({ id }) => id === cmd.destroy_access_pages.access_pages_id);
  const [item] = index === -1 ? [] : file.items.splice(index, 1);
  if (item === undefined) return refuse('ENOENT', 'unpin-pinned');
  unpinPages(file.access as Access, item.iova, item.length);
  return null;
}

const rwFlags = MOCK_ACCESS_RW_WRITE | MOCK_ACCESS_RW_SLOW_PATH | MOCK_FLAGS_ACCESS_SYZ;

/** @kernel selftest.c iommufd_test_access_rw */
export function accessRwCommand({ ictx, cmd }: Ucmd<IommuTestCmdView>): Refusal | null {
  const request = cmd.access_rw;
  const { length, uptr, flags } = request;
  if (length > limits.testAccessBytesMax) return refuse('ENOMEM', 'rw-length');
  if ((flags & ~rwFlags) !== 0) return refuse('EOPNOTSUPP', 'rw-flags');
  const file = getAccess(ictx, cmd.id, 'rw-access');
  if (file instanceof Refusal) return file;
  if (!ictx.host.allocate()) return refuse('ENOMEM', 'memory');
  const { memory } = ictx.host;
  const write = (flags & MOCK_ACCESS_RW_WRITE) !== 0;
  const data = write ? memory.read(uptr, Number(length)) : new Uint8Array(Number(length));
  if (data === null) return refuse('EFAULT', 'rw-readable');
  const access = file.access as Access;
  const iova = (flags & MOCK_FLAGS_ACCESS_SYZ) !== 0 ? syzIovaOf(access, request.iova) : request.iova;
  const slow = (flags & MOCK_ACCESS_RW_SLOW_PATH) !== 0;
  const refusal = accessRw(access, { iova, data, write, slow });
  if (refusal !== null || write) return refusal;
  return memory.write(uptr, data) < data.length ? refuse('EFAULT', 'rw-writable') : null;
}
