import type { IommuHwptInvalidate } from '../generated/ts/iommufd.ts';
import { copyStructFromUser } from '../ioctl/copy-struct.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { limits } from './limits.ts';
import { domainOf, HwptNested, type IommufdContext } from './private.ts';
import type { Ucmd } from './ucmd.ts';

/**
 * Answers in any case, with the number of requests that were done.
 *
 * @kernel hw_pagetable.c iommufd_hwpt_invalidate
 */
export function hwptInvalidate({ ictx, cmd, reply }: Ucmd<IommuHwptInvalidate>): Refusal | null {
  const { done, refusal } = invalidate(ictx, cmd);
  cmd.entry_num = done;
  return reply.respond() ?? refusal;
}

function invalidate(
  ictx: IommufdContext,
  cmd: IommuHwptInvalidate,
): { readonly done: number; readonly refusal: Refusal | null } {
  const none = (refusal: Refusal) => ({ done: 0, refusal });
  const { data_type: type, data_uptr: table, entry_len: length, entry_num: count } = cmd;
  if (cmd.__reserved !== 0) return none(refuse('EOPNOTSUPP', 'reserved'));
  if (count > 0) {
    if (table === 0n || length === 0) return none(refuse('EINVAL', 'requests-given'));
    if (length > PAGE_SIZE || count > limits.invalidationsMax)
      return none(refuse('EINVAL', 'requests-bounded'));
  }
  const hwpt = ictx.objects.get(cmd.hwpt_id, HwptNested, 'hwpt-exists');
  if (hwpt instanceof Refusal) return none(hwpt);
  const { memory } = ictx.host;
  const { done, failed } = domainOf(hwpt).invalidate({
    type,
    length,
    count,
    read: (index, size) =>
      copyStructFromUser(memory, { address: table + BigInt(index * length), size: length }, size),
  });
  // A driver from outside may say it without our class.
  return { done, refusal: failed && refuse(failed.errno, failed.check) };
}
