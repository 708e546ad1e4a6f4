import type { Ioas, IoasDevice } from '../../src/ioas/index.ts';
import type { Bench } from './workbench.ts';

/** Everything that a call could change, as plain data. */
export function stateOf({ file, machine, unit, other }: Bench): unknown {
  const ictx = file.context;
  const space = (ioas: Ioas) => ({
    id: ioas.id,
    parent: ioas.parent?.id,
    children: [...ioas.children].map(({ id }) => id),
    table: ioas.table && { ...ioas.table, format: null },
    mapped: [...ioas.mapped.areas.entries()],
    attachments: ioas.attachments.map(({ device, userPasid, pasid }) => [device.name, userPasid, pasid]),
  });
  const device = ({ name, bound, id, label, attachments, hw }: IoasDevice) => ({
    name,
    bound: bound?.fd,
    id,
    label,
    attachments: attachments.map(({ ioas, userPasid, pasid }) => [ioas.id, userPasid, pasid]),
    atc: hw.atc.entries(),
  });
  return {
    spaces: ictx.spaces.map(space),
    devices: machine.devices.map(device),
    ids: [ictx.objects.size, ictx.objects.free],
    registered: [...ictx.pinned.registered.entries()],
    pinned: ictx.pinned.pages,
    faults: ictx.faults.map(({ event, wasRead }) => ({ ...event, wasRead })),
    units: [unit, other].map(({ log, responses, iotlb, pasidCache }) => [
      log.length,
      responses.length,
      iotlb.entries(),
      [...pasidCache.keys()],
    ]),
  };
}
