import {
  decodeIoasSmmuv3Cmd,
  IOAS_HW_SMMUV3,
  IOAS_SMMUV3_ATC_INV,
  IOAS_SMMUV3_CFGI_CD,
  IOAS_SMMUV3_CFGI_CD_ALL,
  IOAS_SMMUV3_TLBI_NH_ALL,
  IOAS_SMMUV3_TLBI_NH_ASID,
  IOAS_SMMUV3_TLBI_NH_VA,
  IOAS_SMMUV3_TLBI_NH_VAA,
  IOAS_SMMUV3_TLBI_NSNH_ALL,
  type IoasSmmuv3Cmd,
  sizeofIoasSmmuv3Cmd,
} from '../../../generated/ts/ioas.ts';
import { type Refusal, refuse } from '../../../ioctl/refusal.ts';
import type { Asid, HwCommand } from '../command.ts';
import { type CommandScope, type HardwareDriver, rangeOf } from '../driver.ts';
import { smmuFormat } from '../page-table.ts';

/** log2 of the pages that mean everything (arm-smmu-v3.h ATC_INV_SIZE_ALL). */
const everything = 52;
const pageSize = 4096n;

/** What a guest must not ask for, as the kernel answers it (arm-smmu-v3-iommufd.c arm_vsmmu_convert_user_cmd). */
const refused: Refusal = refuse('EIO', 'command-valid');

/** An SMMUv3: guests' commands are handed on as they are, but for the VMID and the stream ids. */
export const smmuv3Driver: HardwareDriver = {
  name: 'smmuv3',
  hwType: IOAS_HW_SMMUV3,
  pageSizes: (1n << 12n) | (1n << 21n) | (1n << 30n),
  addrWidth: 48,
  enforcesSnoop: true,
  nesting: 'hardware',
  pageTables: [smmuFormat],
  userPasidBits: 16,
  usesGuestAsids: true,
  commandsFor: 'parent',
  commandSize: sizeofIoasSmmuv3Cmd,

  translateCommand(view, scope) {
    const command = decodeIoasSmmuv3Cmd(view);
    const { asid } = command.target;
    const page = command.operand.page * pageSize;
    switch (command.head.opcode) {
      case IOAS_SMMUV3_TLBI_NSNH_ALL:
      case IOAS_SMMUV3_TLBI_NH_ALL:
        return tlbi(scope, 'any', null);
      case IOAS_SMMUV3_TLBI_NH_ASID:
        return tlbi(scope, asid, null);
      case IOAS_SMMUV3_TLBI_NH_VA:
        return command.head.ssid === 0 ? tlbi(scope, asid, page) : refused;
      case IOAS_SMMUV3_TLBI_NH_VAA:
        return command.head.ssid === 0 ? tlbi(scope, 'any', page) : refused;
      case IOAS_SMMUV3_CFGI_CD:
      case IOAS_SMMUV3_CFGI_CD_ALL:
        return configInvalidation(command, scope);
      case IOAS_SMMUV3_ATC_INV:
        return deviceInvalidation(command, scope);
      default:
        return refused;
    }
  },
};

function tlbi({ domain }: CommandScope, asid: Asid, page: bigint | null): HwCommand {
  const range = page === null ? null : rangeOf(page, pageSize);
  return { op: 'TLBI', domain, asid, stream: null, range, atc: false };
}

function labelOf({ target }: IoasSmmuv3Cmd): bigint {
  return BigInt(target.asid) * 0x1_0000n + BigInt(target.vmid);
}

function configInvalidation(command: IoasSmmuv3Cmd, scope: CommandScope): HwCommand | Refusal {
  const found = scope.device(labelOf(command));
  if (found === null) return refused;
  const { sid } = found.device;
  const all = command.head.opcode === IOAS_SMMUV3_CFGI_CD_ALL;
  const pasid = all ? 'any' : command.head.ssv === 0 ? 0 : found.pasid(command.head.ssid);
  return pasid === null ? refused : { op: 'CFGI', sid, pasid };
}

/** Without a substream, entries of all of them go (arm-smmu-v3.c arm_smmu_atc_inv_to_cmd). */
function deviceInvalidation(command: IoasSmmuv3Cmd, scope: CommandScope): HwCommand | Refusal {
  const found = scope.device(labelOf(command));
  const { size, page } = command.operand;
  if (found === null || !found.device.ats || size > everything) return refused;
  const { ssv, global, ssid } = command.head;
  const pasid = ssv === 0 || global !== 0 ? 'any' : found.pasid(ssid);
  if (pasid === null) return refused;
  const pages = 1n << BigInt(size);
  const range = size === everything ? null : rangeOf((page & ~(pages - 1n)) * pageSize, pages * pageSize);
  return { op: 'ATC_INV', sid: found.device.sid, pasid, range };
}
