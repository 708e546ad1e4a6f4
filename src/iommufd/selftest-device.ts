import { U64_MAX } from '../base/u64.ts';
import {
  IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS,
  type IommuTestCmdView,
  MOCK_FLAGS_DEVICE_HUGE_IOVA,
  MOCK_FLAGS_DEVICE_NO_DIRTY,
} from '../generated/ts/iommufd-test.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { MockDevice } from '../iommu/kernel-api/drivers/mock.ts';
import {
  PAGE_REQUEST_LAST_PAGE,
  PAGE_REQUEST_PASID_VALID,
  reportPageRequest,
} from '../iommu/kernel-api/page-request.ts';
import { detachDevice } from './attach.ts';
import { attachDevice, replaceDevice } from './attach-pt.ts';
import { bindDevice, unbindDevice } from './device.ts';
import { reserveIova } from './io-pagetable.ts';
import { getIoas } from './ioas.ts';
import { IommufdObject } from './object.ts';
import { BoundDevice } from './private.ts';
import type { Ucmd } from './ucmd.ts';

/** A mock device and its owner: destroying it detaches the device. @kernel selftest.c selftest_obj */
export class SelftestDevice extends IommufdObject {
  readonly kind = 'selftest';
  bound: BoundDevice | null = null;

  /** @kernel selftest.c iommufd_selftest_destroy */
  destroy(): void {
    if (this.bound === null) return;
    detachDevice(this.bound);
    unbindDevice(this.bound);
  }
}

const deviceFlags = MOCK_FLAGS_DEVICE_NO_DIRTY | MOCK_FLAGS_DEVICE_HUGE_IOVA;

/** Names of checks of an attachment, as the rules of the test commands call them. */
const attachChecks: Readonly<Record<string, string>> = {
  'pt-exists': 'pt',
  'pt-fits': 'fits',
  'group-elsewhere': 'fits',
  'device-fits': 'fits',
  'mapping-aligned': 'fits',
  'iovas-in-reach': 'iovas',
  'mappings-aligned': 'iovas',
  'pages-there': 'pages',
};

function renamed({ errno, check }: Refusal, prefix: string): Refusal {
  const name = attachChecks[check];
  return refuse(errno, name === undefined ? check : `${prefix}-${name}`);
}

/** @kernel selftest.c iommufd_test_mock_domain mock_dev_create */
export function mockDomain({ ictx, cmd, reply }: Ucmd<IommuTestCmdView>): Refusal | null {
  const ptId = cmd.id;
  const selftest = new SelftestDevice();
  const noId = ictx.reserve(selftest);
  if (noId !== null) return noId;
  const release = (refusal: Refusal): Refusal => {
    ictx.objects.release(selftest);
    return refusal;
  };
  const flags = cmd.op === IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS ? cmd.mock_domain_flags.dev_flags : 0;
  if ((flags & ~deviceFlags) !== 0) return release(refuse('EINVAL', 'device-flags'));
  if (!ictx.host.allocate()) return release(refuse('ENOMEM', 'memory'));
  // A device whose IOMMU found no memory is made all the same. It then has no coherent caches, so it cannot be bound.
  if (!ictx.host.allocate()) return release(refuse('EINVAL', 'device-coherent'));
  const bound = bindDevice(ictx, new MockDevice(ictx.host.frames, flags));
  if (bound instanceof Refusal) return release(bound);
  const hwptId = attachDevice(bound, ptId);
  if (hwptId instanceof Refusal) {
    unbindDevice(bound);
    return release(renamed(hwptId, 'device'));
  }
  const made = cmd.mock_domain;
  made.out_hwpt_id = hwptId;
  made.out_stdev_id = selftest.id;
  made.out_idev_id = bound.id;
  const unanswered = reply.respond();
  if (unanswered !== null) {
    detachDevice(bound);
    unbindDevice(bound);
    return release(unanswered);
  }
  selftest.bound = bound;
  ictx.objects.publish(selftest);
  return null;
}

/** @kernel selftest.c iommufd_test_mock_domain_replace */
export function mockDomainReplace({ ictx, cmd, reply }: Ucmd<IommuTestCmdView>): Refusal | null {
  const selftest = ictx.objects.get(cmd.id, SelftestDevice, 'replace-device');
  if (selftest instanceof Refusal) return selftest;
  if (selftest.bound === null) return refuse('EINVAL', 'replace-device');
  const request = cmd.mock_domain_replace;
  const hwptId = replaceDevice(selftest.bound, request.pt_id);
  if (hwptId instanceof Refusal) return renamed(hwptId, 'replace');
  request.pt_id = hwptId;
  return reply.respond();
}

/** @kernel selftest.c iommufd_test_add_reserved */
export function addReserved({ ictx, cmd }: Ucmd<IommuTestCmdView>): Refusal | null {
  const { start, length } = cmd.add_reserved;
  if (length === 0n) return refuse('EINVAL', 'reserve-something');
  const last = start + length - 1n;
  if (last > U64_MAX) return refuse('EOVERFLOW', 'reserve-no-wrap');
  const ioas = getIoas(ictx, cmd.id, 'reserve-ioas');
  if (ioas instanceof Refusal) return ioas;
  const refusal = reserveIova(ioas.iopt, { start, last }, null);
  return refusal?.errno === 'EADDRINUSE' ? refuse('EADDRINUSE', 'reserve-free') : refusal;
}

/** @kernel selftest.c iommufd_test_trigger_iopf */
export function triggerPageRequest({ ictx, cmd }: Ucmd<IommuTestCmdView>): Refusal | null {
  const { dev_id, pasid, grpid, perm, addr } = cmd.trigger_iopf;
  const bound = ictx.objects.get(dev_id, BoundDevice, 'fault-device');
  if (bound instanceof Refusal) return bound;
  if (!(bound.device instanceof MockDevice)) return refuse('EINVAL', 'fault-mock');
  const flags = PAGE_REQUEST_LAST_PAGE | (pasid === 0 ? 0 : PAGE_REQUEST_PASID_VALID);
  reportPageRequest(bound.device, { flags, pasid, grpid, perm, addr });
  return null;
}
