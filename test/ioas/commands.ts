import * as uapi from '../../src/generated/ts/ioas.ts';

/** A command of SMMUv3 as a guest writes it. */
export function smmu(
  opcode: number,
  { label = 0, asid = 0, ssid, address = 0n, size = 0 }: SmmuOperands = {},
): Uint8Array {
  const bytes = new Uint8Array(16);
  const head = { opcode, ssv: ssid === undefined ? 0 : 1, ssid: ssid ?? 0 };
  const target = asid === 0 ? { vmid: label & 0xffff, asid: label >>> 16 } : { vmid: 0x5a5a, asid };
  const operand = { size, page: address / 4096n };
  uapi.encodeIoasSmmuv3Cmd({ head, target, operand }, new DataView(bytes.buffer));
  return bytes;
}

export interface SmmuOperands {
  readonly label?: number;
  readonly asid?: number;
  readonly ssid?: number;
  readonly address?: bigint;
  /** log2 of pages. */
  readonly size?: number;
}

/** A request of VT-d. */
export function vtd(addr: bigint, npages: bigint, flags = 0): Uint8Array {
  const bytes = new Uint8Array(24);
  uapi.encodeIoasVtdInv({ addr, npages, flags }, new DataView(bytes.buffer));
  return bytes;
}

/** ATC_INV of everything. */
export const atcAll = 52;
