import {
  encodeIoasDeviceInfo,
  encodeIoasDeviceInfoCaps,
  encodeIoasInfo,
  encodeIoasInfoCaps,
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
import { vfioElements, vfioSize } from './capability-forms.ts';
import { type IoasContext, IoasDevice } from './objects.ts';
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
  return reply(capabilities, {
    size: sizeofIoasInfo,
    encode: (argsz, view) => encodeIoasInfo({ argsz, flags: IOAS_INFO_CAPS, ioas: id }, view),
    encodeChain: encodeIoasInfoCaps,
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
  const fixed = { flags, dev_cookie, pgsize_bitmap: pageSizes, addr_width: width };
  return reply(capabilities, {
    size: sizeofIoasDeviceInfo,
    encode: (argsz, view) => encodeIoasDeviceInfo({ argsz, ...fixed }, view),
    encodeChain: encodeIoasDeviceInfoCaps,
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
function reply(capabilities: readonly Capability[], { size, encode, encodeChain }: InfoStruct): InfoReply {
  const elements = vfioElements(capabilities);
  const needed = size + vfioSize(elements);
  return {
    capabilities,
    write(argsz) {
      const fits = needed > size && needed <= argsz;
      const view = new DataView(new ArrayBuffer(fits ? needed : size));
      // A caller with room to spare learns how much of it is used.
      encode(needed > size ? needed : argsz, view);
      if (fits) encodeChain(elements, view);
      return new Uint8Array(view.buffer);
    },
  };
}

/** The struct before a chain of capabilities, and what writes both. */
interface InfoStruct {
  readonly size: number;
  readonly encode: (argsz: number, view: DataView) => number;
  readonly encodeChain: (elements: ReturnType<typeof vfioElements>, view: DataView) => number;
}
