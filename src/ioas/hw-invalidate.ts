import { viewOf } from '../codec/runtime/bytes.ts';
import type { IoasHwInvalidate } from '../generated/ts/ioas.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import type { HwCommand } from '../iommu/machine/command.ts';
import type { CommandScope, GuestDevice, HardwareDriver } from '../iommu/machine/driver.ts';
import type { IommuUnit } from '../iommu/machine/unit.ts';
import type { CallData } from './call-data.ts';
import { limits } from './limits.ts';
import type { Ioas, IoasContext, IoasDevice } from './objects.ts';
import { notReady } from './readiness.ts';
import { tagOf } from './tags.ts';

/**
 * IOAS_HW_INVALIDATE: each command of the guest becomes one of the hardware, with domains, devices and PASIDs of the host
 * in it. `entry_num` comes back as the number that was done, also where one failed.
 */
export function hwInvalidate(ictx: IoasContext, cmd: IoasHwInvalidate, data: CallData): number | Refusal {
  const wanted = cmd.entry_num;
  cmd.entry_num = 0;
  if (cmd.flags !== 0) return refuse('EINVAL', 'known-flags');
  const ioas = ictx.ioas(cmd.ioas);
  if (ioas instanceof Refusal) return ioas;
  const refusal = notReady(ioas);
  if (refusal !== null) return refusal;
  const [driver] = ioas.drivers;
  if (driver?.translateCommand === undefined || driver.hwType !== cmd.type)
    return refuse('EOPNOTSUPP', 'requests-known');
  const fits = driver.commandsFor === 'parent' ? ioas.parent === null : ioas.parent !== null;
  if (!fits) return refuse('EINVAL', 'requests-fit');
  if (wanted > 0 && cmd.entry_len !== driver.commandSize) return refuse('EINVAL', 'request-length');
  if (wanted > limits.commands) return refuse('EINVAL', 'requests-bounded');
  for (let index = 0; index < wanted; index++) {
    const bytes = data.read(cmd.entries + BigInt(index * driver.commandSize), driver.commandSize);
    if (bytes === null) return refuse('EFAULT', 'requests-readable');
    const refusal = hand(ioas, driver, viewOf(bytes));
    if (refusal !== null) return refusal;
    cmd.entry_num = index + 1;
  }
  return 0;
}

/** Hands one command on: to the IOMMU of the device that it names, or to all that the address space is used with. */
function hand(ioas: Ioas, driver: HardwareDriver, view: DataView): Refusal | null {
  const commands: (readonly [IommuUnit, HwCommand])[] = [];
  for (const unit of ioas.units) {
    const named: IoasDevice[] = [];
    const command = driver.translateCommand?.(view, scopeOf(ioas, unit, named));
    if (command === undefined || !('op' in command))
      return refuse(command?.errno ?? 'EOPNOTSUPP', command?.check ?? 'requests-known');
    if (named.every(({ hw }) => hw.unit === unit)) commands.push([unit, command]);
  }
  for (const [unit, command] of commands) unit.submit(command);
  return null;
}

/** @param named gets the device that a command turns out to name */
function scopeOf(ioas: Ioas, unit: IommuUnit, named: IoasDevice[]): CommandScope {
  return {
    domain: tagOf(ioas, unit).domain,
    device(label): GuestDevice | null {
      const device = ioas.ictx.byLabel.get(label);
      const used = device?.isAttachedTo(ioas) ?? false;
      if (device === undefined || !used) return null;
      named.push(device);
      return { device: device.hw, pasid: (guest) => device.busPasid(guest) ?? null };
    },
  };
}
