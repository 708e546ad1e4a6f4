import type { IommuHwptInvalidate } from '../generated/ts/iommufd.ts';
import { copyStructFromUser } from '../ioctl/copy-struct.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import type { IommufdContext } from './context.ts';
import { Failure, fail } from './failure.ts';
import { domainOf, HwptNested } from './hw-pagetable.ts';
import { limits } from './limits.ts';
import type { Ucmd } from './ucmd.ts';

/**
 * Answers in any case, with the number of requests that were done.
 *
 * @kernel hw_pagetable.c iommufd_hwpt_invalidate
 */
export function hwptInvalidate({ ictx, cmd, reply }: Ucmd<IommuHwptInvalidate>): Failure | null {
  const { done, failure } = invalidate(ictx, cmd);
  cmd.entry_num = done;
  return reply.respond() ?? failure;
}

function invalidate(
  ictx: IommufdContext,
  cmd: IommuHwptInvalidate,
): { readonly done: number; readonly failure: Failure | null } {
  const refuse = (failure: Failure) => ({ done: 0, failure });
  const { data_type: type, data_uptr: table, entry_len: length, entry_num: count } = cmd;
  if (cmd.__reserved !== 0) return refuse(fail('EOPNOTSUPP', 'reserved'));
  if (count > 0) {
    if (table === 0n || length === 0) return refuse(fail('EINVAL', 'requests-given'));
    if (length > PAGE_SIZE || count > limits.invalidationsMax)
      return refuse(fail('EINVAL', 'requests-bounded'));
  }
  const hwpt = ictx.objects.get(cmd.hwpt_id, HwptNested, 'hwpt-exists');
  if (hwpt instanceof Failure) return refuse(hwpt);
  const { memory } = ictx.host;
  const { done, failed } = domainOf(hwpt).invalidate({
    type,
    length,
    count,
    read: (index, size) =>
      copyStructFromUser(memory, { address: table + BigInt(index * length), size: length }, size),
  });
  return { done, failure: failed === null ? null : fail(failed.errno, failed.check) };
}
