import { IOAS_WHY_BOUND, type IoasWhy } from '../generated/ts/ioas.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import type { IoasContext } from './objects.ts';
import { missingDevices } from './readiness.ts';

/** IOAS_WHY. */
export function why(ictx: IoasContext, cmd: IoasWhy): number | Refusal {
  const ioas = ictx.ioas(cmd.ioas);
  if (ioas instanceof Refusal) return ioas;
  const missing = missingDevices(ioas);
  const device = missing[cmd.index];
  if (device === undefined) return refuse('ENOENT', 'device-missing');
  const bound = device.bound === ictx;
  cmd.flags = bound ? IOAS_WHY_BOUND : 0;
  cmd.count = missing.length;
  cmd.device_id = bound ? device.id : 0;
  cmd.label = bound ? device.label : 0n;
  const name = new Uint8Array(32);
  name.set(new TextEncoder().encode(device.name).subarray(0, 31));
  cmd.name = name;
  return 0;
}
