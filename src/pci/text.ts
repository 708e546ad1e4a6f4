import { describeIssue } from '../chain/issue.ts';
import { contextOf } from '../chain/space.ts';
import type { SpaceFormat } from '../chain/space-format.ts';
import { propertyOf } from '../codec/oracle/value.ts';
import { hexInteger } from '../print/hex.ts';
import { type PrintedField, printedField } from '../print/printed-field.ts';
import { type TreeOptions, treeLines } from '../print/tree.ts';
import { bytesText, printValue } from '../print/value-printer.ts';
import { capabilitiesOf, capabilityTitle, headerOf, type PciCapability, type PciDevice } from './device.ts';
import type { PciNames } from './names.ts';

/** What text is made with. */
export interface PciTextOptions {
  readonly format: SpaceFormat;
  readonly names: PciNames;
  readonly tree: Pick<TreeOptions, 'style' | 'detail' | 'width'>;
  readonly isWanted: (capability: PciCapability | 'header') => boolean;
}

/** A device as a person wants to read it. */
export function deviceLines(device: PciDevice, options: PciTextOptions): string[] {
  const { format, names, tree, isWanted } = options;
  const { style } = tree;
  const { space } = device;
  const lines = [style.heading(deviceTitle(device, names))];
  for (const { offset, size } of device.missing) {
    const range =
      size === 1
        ? `byte 0x${hex2(offset)} is`
        : `bytes 0x${hex2(offset)} to 0x${hex2(offset + size - 1)} are`;
    lines.push(style.warning(`  ! ${range} missing in the input, read as 0xff`));
  }
  const context = contextOf(space);
  if (space.head !== null && isWanted('header')) {
    const { name, value, size } = space.head;
    lines.push(`  ${style.heading('[00] Header')}${style.faint(`, ${size} bytes  ${name}`)}`);
    const fields = printValue(format.model, name, value, format.abi, { context });
    lines.push(...treeLines(withNames(fields, value, names), { ...tree, indent: 6 }));
  }
  const told = new Set<object>();
  for (const capability of capabilitiesOf(device).filter(isWanted)) {
    const { element, chain } = capability;
    lines.push(`  ${capabilityHeading(capability, options)}`);
    for (const issue of space.issues) {
      if (issue.element !== element.offset || told.has(issue)) continue;
      told.add(issue);
      lines.push(style.warning(`      ! ${describeIssue(issue)}`));
    }
    const { name, value } = element.value === null ? (element.partial ?? element) : element;
    if (value !== null && name !== null) {
      const printed = printValue(format.model, name, value, format.abi, {
        context,
        offset: element.offset,
        without: headerOf(format, chain),
      });
      lines.push(...treeLines(withNames(printed, value, names), { ...tree, indent: 6 }));
    }
    if (element.bytes !== null) {
      const body = element.bytes.subarray(Math.min(4, element.bytes.length));
      if (body.length > 0) lines.push(...treeLines([rawField(body)], { ...tree, indent: 6 }));
    }
  }
  for (const issue of space.issues) {
    if (!told.has(issue)) lines.push(style.warning(`  ! ${describeIssue(issue)}`));
  }
  return lines;
}

function capabilityHeading(capability: PciCapability, { format, tree: { style } }: PciTextOptions): string {
  const { element } = capability;
  const place = element.offset.toString(16).padStart(capability.kind === 'ext' ? 3 : 2, '0');
  const version = element.version === null ? '' : ` v${element.version}`;
  const title = capabilityTitle(format, capability) || 'unknown capability';
  const width = capability.kind === 'ext' ? 16 : 8;
  const details = [`id ${hexInteger(element.id, width)}`, `${element.size} bytes`];
  const name =
    element.name ?? (element.partial === undefined ? 'not described' : `${element.partial.name}, in part`);
  return `${style.heading(`[${place}${version}] ${title}`)}${style.faint(`, ${details.join(', ')}  ${name}`)}`;
}

function rawField(bytes: Uint8Array): PrintedField {
  return printedField({ name: 'bytes', kind: 'bytes', text: bytesText(bytes) });
}

/** Address, class and names; what the dump says where there is no list of names. */
function deviceTitle({ slot, title, space, bytes }: PciDevice, names: PciNames): string {
  const place = slot ?? 'config space';
  const head = space.head?.value;
  if (head === undefined)
    return `${place}${title === '' ? '' : ` ${title}`} (${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'})`;
  const vendor = numberOf(head, 'vendor_id');
  const device = numberOf(head, 'device_id');
  const base = numberOf(propertyOf(head, 'class'), 'base_class');
  const sub = numberOf(propertyOf(head, 'class'), 'sub_class');
  const ids = `${hex4(vendor)}:${hex4(device)}`;
  const known = names.device(vendor, device);
  const maker = names.vendor(vendor);
  const kind = names.class(base, sub) ?? `class ${hex4((base << 8) | sub)}`;
  const revision = numberOf(head, 'revision_id');
  const told = maker === undefined ? 'Device' : `${maker} ${known ?? 'Device'}`;
  return `${place} ${kind}: ${told} [${ids}]${revision === 0 ? '' : ` (rev ${hex2(revision)})`}`;
}

/** Says whose ids they are. */
function withNames(fields: readonly PrintedField[], value: object, names: PciNames): readonly PrintedField[] {
  return fields.map((field) => {
    if (field.meaning !== '') return field;
    const meaning = nameOfId(field.name, value, names);
    if (meaning !== undefined) return { ...field, meaning };
    const inner = propertyOf(value, field.name);
    if (field.fields.length === 0 || typeof inner !== 'object') return field;
    return { ...field, fields: withNames(field.fields, inner, names) };
  });
}

function nameOfId(field: string, value: object, names: PciNames): string | undefined {
  const id = numberOf(value, field);
  if (/(?:^|_)vendor_id$/.test(field)) return names.vendor(id);
  if (field === 'device_id') return names.device(numberOf(value, 'vendor_id'), id);
  if (field === 'subsystem_id') {
    const [vendor, device] = [numberOf(value, 'vendor_id'), numberOf(value, 'device_id')];
    return names.subsystem(vendor, device, numberOf(value, 'subsystem_vendor_id'), id);
  }
  return undefined;
}

function numberOf(value: unknown, name: string): number {
  const found = propertyOf(value, name);
  return typeof found === 'number' ? found : 0;
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function hex2(value: number): string {
  return value.toString(16).padStart(2, '0');
}
