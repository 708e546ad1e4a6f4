import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { Errno } from '../model/errno.ts';
import type { Ioas, IoasDevice } from './objects.ts';

/** Whether an address space takes commands: devices are attached, and groups as a whole. */
export function notReady(ioas: Ioas, unattached: Errno = 'EINVAL'): Refusal | null {
  const { profile } = ioas.ictx;
  if (profile.attachFirst && ioas.attachments.length === 0) return refuse(unattached, 'attached');
  return profile.groupRule && missingDevices(ioas).length > 0 ? refuse('EDEADLK', 'whole-groups') : null;
}

/** The devices of the groups of attached devices that are not attached themselves. */
export function missingDevices(ioas: Ioas): readonly IoasDevice[] {
  const attached = new Set(ioas.devices);
  const groups = new Set([...attached].map(({ group }) => group));
  return [...groups].flatMap(({ devices }) => devices.filter((device) => !attached.has(device)));
}
