import type { IommuIoasCopy } from '../generated/ts/iommufd.ts';
import { MOCK_FLAGS_ACCESS_SYZ } from '../generated/ts/iommufd-test.ts';
import { Refusal } from '../ioctl/refusal.ts';
import { getIoas } from './ioas.ts';
import type { IoPagetable } from './iopt.ts';
import type { IommufdContext } from './private.ts';

/**
 * Test kernels let fuzzers name an IOVA by the number of an area and an offset in it.
 *
 * @kernel selftest.c __iommufd_test_syz_conv_iova
 */
export function iovaOfArea(iopt: IoPagetable, number: bigint): bigint {
  let nth = number & 0xffff_ffffn;
  for (const { start } of iopt.areas.entries())
    if (nth-- === 0n) return BigInt.asUintN(64, start + (number >> 32n));
  return 0n;
}

/** @kernel selftest.c iommufd_test_syz_conv_iova_id */
export function syzIova(ictx: IommufdContext, cmd: IommuIoasCopy): void {
  if ((cmd.flags & MOCK_FLAGS_ACCESS_SYZ) === 0) return;
  cmd.flags = (cmd.flags & ~MOCK_FLAGS_ACCESS_SYZ) >>> 0;
  const ioas = getIoas(ictx, cmd.src_ioas_id);
  if (!(ioas instanceof Refusal)) cmd.src_iova = iovaOfArea(ioas.iopt, cmd.src_iova);
}
