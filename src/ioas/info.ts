import {
  encodeIoasDeviceInfo,
  encodeIoasInfo,
  IOAS_DEVICE_INFO_ADDR_WIDTH,
  IOAS_DEVICE_INFO_BY_ID,
  IOAS_DEVICE_INFO_CAPS,
  IOAS_DEVICE_INFO_ENFORCE_SNOOP,
  IOAS_DEVICE_INFO_PGSIZES,
  IOAS_INFO_CAPS,
  type IoasDeviceInfo,
  type IoasInfo,
  sizeofIoasDeviceInfo,
  sizeofIoasInfo,
} from '../generated/ts/ioas.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { type Capability, deviceCapabilities, ioasCapabilities } from './capabilities.ts';
import { vfioChain } from './capability-forms.ts';
import type { IoasContext } from './context.ts';
import { IoasDevice } from './device.ts';
import { deviceProperties } from './properties.ts';
import { notReady } from './readiness.ts';

/** What an info ioctl has to tell; how much of it a caller gets, its buffer decides. */
export interface InfoReply {
  readonly capabilities: readonly Capability[];
  /** The answer to a caller with so many bytes, as long as fits. */
  write(argsz: number): Uint8Array;
}

/** IOAS_GET_INFO. */
export function getInfo(ictx: IoasContext, { ioas: id }: IoasInfo): InfoReply | Refusal {
  const ioas = ictx.ioas(id);
  if (ioas instanceof Refusal) return ioas;
  // Without a device nothing is known, whatever the profile says about other commands.
  if (ioas.attachments.length === 0) return refuse('ENODEV', 'attached');
  const refusal = notReady(ioas, 'ENODEV');
  if (refusal !== null) return refusal;
  const capabilities = ioasCapabilities(ioas);
  return reply(capabilities, sizeofIoasInfo, (cap_offset, argsz) => {
    const bytes = new Uint8Array(sizeofIoasInfo);
    encodeIoasInfo({ argsz, flags: IOAS_INFO_CAPS, ioas: id, cap_offset }, new DataView(bytes.buffer));
    return bytes;
  });
}

/** IOAS_DEVICE_GET_INFO. */
export function deviceGetInfo(ictx: IoasContext, cmd: IoasDeviceInfo): InfoReply | Refusal {
  const device = deviceOf(ictx, cmd.dev_cookie, (cmd.flags & IOAS_DEVICE_INFO_BY_ID) !== 0);
  if (device instanceof Refusal) return device;
  const capabilities = deviceCapabilities(device, ictx.profile);
  const { width, pageSizes } = deviceProperties(device);
  const flags =
    (device.hw.unit.driver.enforcesSnoop ? IOAS_DEVICE_INFO_ENFORCE_SNOOP : 0) |
    IOAS_DEVICE_INFO_PGSIZES |
    IOAS_DEVICE_INFO_ADDR_WIDTH |
    (capabilities.length > 0 ? IOAS_DEVICE_INFO_CAPS : 0) |
    (cmd.flags & IOAS_DEVICE_INFO_BY_ID);
  const { dev_cookie } = cmd;
  return reply(capabilities, sizeofIoasDeviceInfo, (cap_offset, argsz) => {
    const bytes = new Uint8Array(sizeofIoasDeviceInfo);
    const value = { argsz, flags, dev_cookie, pgsize_bitmap: pageSizes, addr_width: width, cap_offset };
    encodeIoasDeviceInfo(value, new DataView(bytes.buffer));
    return bytes;
  });
}

/** The bound device of a label or an id. */
export function deviceOf(ictx: IoasContext, label: bigint, byId: boolean): IoasDevice | Refusal {
  const found = byId
    ? label < 2n ** 32n
      ? ictx.objects.get(Number(label))
      : undefined
    : ictx.byLabel.get(label);
  return found instanceof IoasDevice ? found : refuse(ictx.profile.unknownId, 'device-exists');
}

/**
 * The rule of VFIO's capability chains: a chain that does not fit is left out as a whole, without an error; the flag is
 * set, the offset 0, and argsz says what is needed.
 */
function reply(
  capabilities: readonly Capability[],
  fixedSize: number,
  fixed: (capOffset: number, argsz: number) => Uint8Array,
): InfoReply {
  const chain = vfioChain(capabilities, fixedSize);
  const needed = fixedSize + chain.length;
  return {
    capabilities,
    write(argsz) {
      if (chain.length === 0) return fixed(0, argsz);
      if (argsz < needed) return fixed(0, needed);
      const bytes = new Uint8Array(needed);
      // A caller with room to spare learns how much of it is used.
      bytes.set(fixed(fixedSize, needed));
      bytes.set(chain, fixedSize);
      return bytes;
    },
  };
}
