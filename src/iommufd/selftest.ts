import {
  IOMMU_TEST_OP_ACCESS_PAGES,
  IOMMU_TEST_OP_ACCESS_REPLACE_IOAS,
  IOMMU_TEST_OP_ACCESS_RW,
  IOMMU_TEST_OP_ADD_RESERVED,
  IOMMU_TEST_OP_CREATE_ACCESS,
  IOMMU_TEST_OP_DESTROY_ACCESS_PAGES,
  IOMMU_TEST_OP_DIRTY,
  IOMMU_TEST_OP_MD_CHECK_IOTLB,
  IOMMU_TEST_OP_MD_CHECK_MAP,
  IOMMU_TEST_OP_MD_CHECK_REFS,
  IOMMU_TEST_OP_MOCK_DOMAIN,
  IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS,
  IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE,
  IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT,
  IOMMU_TEST_OP_TRIGGER_IOPF,
  type IommuTestCmdView,
} from '../generated/ts/iommufd-test.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import { limits } from './limits.ts';
import {
  accessPages,
  accessReplaceIoas,
  accessRwCommand,
  createAccessCommand,
  unpinCommand,
} from './selftest-access.ts';
import { checkIotlb, checkMap, checkRefs, markDirty } from './selftest-checks.ts';
import { addReserved, mockDomain, mockDomainReplace, triggerPageRequest } from './selftest-device.ts';
import type { Handler, Ucmd } from './ucmd.ts';

const commands = new Map<number, Handler<IommuTestCmdView>>([
  [IOMMU_TEST_OP_ADD_RESERVED, addReserved],
  [IOMMU_TEST_OP_MOCK_DOMAIN, mockDomain],
  [IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS, mockDomain],
  [IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, mockDomainReplace],
  [IOMMU_TEST_OP_MD_CHECK_MAP, checkMap],
  [IOMMU_TEST_OP_MD_CHECK_REFS, checkRefs],
  [IOMMU_TEST_OP_MD_CHECK_IOTLB, checkIotlb],
  [IOMMU_TEST_OP_CREATE_ACCESS, createAccessCommand],
  [IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, accessReplaceIoas],
  [IOMMU_TEST_OP_ACCESS_PAGES, accessPages],
  [IOMMU_TEST_OP_ACCESS_RW, accessRwCommand],
  [IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, unpinCommand],
  [IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT, setTempMemoryLimit],
  [IOMMU_TEST_OP_DIRTY, markDirty],
  [IOMMU_TEST_OP_TRIGGER_IOPF, triggerPageRequest],
]);

/** The commands of the test driver. @kernel selftest.c iommufd_test */
export function testCommand(ucmd: Ucmd<IommuTestCmdView>): Refusal | null {
  return (
    commands.get(ucmd.cmd.op)?.(ucmd) ?? (commands.has(ucmd.cmd.op) ? null : refuse('EOPNOTSUPP', 'known-op'))
  );
}

/** Limits only how much the kernel does in one go, which nobody sees. @kernel selftest.c iommufd_test */
function setTempMemoryLimit({ cmd }: Ucmd<IommuTestCmdView>): Refusal | null {
  return cmd.memory_limit.limit < limits.tempMemoryMin ? refuse('EINVAL', 'limit-usable') : null;
}
