import type { IommuFaultAlloc } from '../generated/ts/iommufd.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import { Fault } from './fault.ts';
import type { Ucmd } from './ucmd.ts';

/** @kernel fault.c iommufd_fault_alloc */
export function faultAlloc({ ictx, cmd, reply }: Ucmd<IommuFaultAlloc>): Refusal | null {
  if (cmd.flags !== 0) return refuse('EOPNOTSUPP', 'no-flags');
  const fault = new Fault(ictx);
  const noId = ictx.reserve(fault);
  if (noId !== null) return noId;
  if (!ictx.host.allocate()) {
    ictx.objects.abort(fault);
    return refuse('ENOMEM', 'memory');
  }
  const fd = ictx.host.files.reserve();
  cmd.out_fault_id = fault.id;
  cmd.out_fault_fd = fd;
  const unanswered = reply.respond();
  if (unanswered !== null) {
    ictx.objects.abort(fault);
    return unanswered;
  }
  fault.users++;
  ictx.get();
  ictx.objects.publish(fault);
  ictx.host.files.install(fd, fault);
  return null;
}
