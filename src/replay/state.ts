import { IOMMUFD_CMD_BASE, iommufdIoctls } from '../generated/ts/iommufd.ts';
import { iommufdTestIoctls } from '../generated/ts/iommufd-test.ts';
import { Fault } from '../iommufd/fault.ts';
import type { Iommufd } from '../iommufd/main.ts';
import type { IommufdObject } from '../iommufd/object.ts';
import { BoundDevice, type Hwpt, HwptNested, HwptPaging, Ioas } from '../iommufd/private.ts';
import type { IoctlRecord, TraceRecord } from '../trace/record.ts';

/** Areas and ranges that are shown of each address space. */
const shown = 8;

/** The objects that a call names, a line or more for each, as they are now. */
export function stateLines(iommufd: Iommufd, record: TraceRecord): readonly string[] {
  const { objects, vfioIoas, host } = iommufd.context;
  if (record.kind === 'open') return [];
  if (record.kind !== 'ioctl') {
    const file = host.files.get(record.fd);
    if (file === undefined) return [`fd ${record.fd}: not open`];
    return file instanceof Fault ? describe(file) : [`fd ${record.fd}: an access of the test driver`];
  }
  const all = objects.all();
  const named = isVfio(record) ? [] : [...new Set(idsIn(record))].filter((id) => id !== 0);
  const lines = named.flatMap((id) => {
    const object = all.find((each) => each.id === id);
    return object === undefined ? [`${id}: no object`] : describe(object);
  });
  if (isVfio(record)) lines.push(...(vfioIoas === null ? ['no address space for VFIO'] : describe(vfioIoas)));
  return lines;
}

function isVfio({ cmd }: IoctlRecord): boolean {
  return (cmd & 0xff) < IOMMUFD_CMD_BASE;
}

const entries = [...Object.values(iommufdIoctls), ...Object.values(iommufdTestIoctls)];

/** The numbers in members named id, or like one. */
function idsIn({ cmd, in: bytes }: IoctlRecord): readonly number[] {
  const codec = entries.find((entry) => entry.cmd === cmd)?.codec ?? null;
  if (codec === null) return [];
  const whole = new Uint8Array(Math.max(bytes.length, codec.minSize));
  whole.set(bytes);
  return numbersNamedId(codec.decode(new DataView(whole.buffer)));
}

function numbersNamedId(value: object): readonly number[] {
  return Object.entries(value).flatMap(([name, member]) => {
    if (typeof member === 'object' && member !== null && !ArrayBuffer.isView(member)) {
      return numbersNamedId(member as object);
    }
    const isId = /(^|_)id$/.test(name) && !name.startsWith('out_') && typeof member === 'number';
    return isId ? [member as number] : [];
  });
}

function describe(object: IommufdObject): string[] {
  const head = `${object.id}: ${object.kind}, ${object.users} users`;
  if (object instanceof Ioas) return [head, ...ioasLines(object)];
  if (object instanceof HwptPaging || object instanceof HwptNested) return [`${head}, ${hwptText(object)}`];
  if (object instanceof BoundDevice) return [`${head}, attached to ${object.igroup.hwpt?.id ?? 'nothing'}`];
  if (object instanceof Fault) {
    return [`${head}, ${object.deliver.length} groups to read, ${object.response.size} without an answer`];
  }
  return [head];
}

function hwptText(hwpt: Hwpt): string {
  const fault = hwpt.fault === null ? '' : `, fault queue ${hwpt.fault.id}`;
  if (hwpt instanceof HwptNested) return `nested in ${hwpt.parent.id}${fault}`;
  const tracking = hwpt.domain?.dirty;
  const dirty = tracking == null ? '' : `, tracks writes: ${tracking.enabled ? 'on' : 'off'}`;
  return `of ioas ${hwpt.ioas.id}${hwpt.auto ? ', automatic' : ''}${dirty}${fault}`;
}

function ioasLines({ iopt }: Ioas): string[] {
  const { areas, reserved, allowed, domains, accesses, alignment, largePages } = iopt;
  const lines = [
    `  alignment ${alignment}${largePages ? '' : ', small pages only'}, ${domains.length} domains, ${accesses.size} accesses`,
  ];
  const ranges = (name: string, list: readonly { readonly start: bigint; readonly last: bigint }[]): void => {
    if (list.length === 0) return;
    const some = list.slice(0, shown).map(({ start, last }) => `[${hex(start)}, ${hex(last)}]`);
    lines.push(
      `  ${name}: ${some.join(' ')}${list.length > shown ? ` and ${list.length - shown} more` : ''}`,
    );
  };
  ranges('mapped', [...areas.entries()]);
  ranges('not reserved', reserved.size === 0 ? [] : reserved.holes());
  ranges('allowed', allowed);
  return lines;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
