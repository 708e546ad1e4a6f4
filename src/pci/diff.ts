import type { JsonValue } from '../base/json.ts';
import { contextOf } from '../chain/space.ts';
import type { SpaceFormat } from '../chain/space-format.ts';
import { hexOf } from '../print/hex.ts';
import type { PrintedField } from '../print/printed-field.ts';
import type { Style } from '../print/tree.ts';
import { printValue } from '../print/value-printer.ts';
import { capabilitiesOf, capabilityTitle, type PciCapability, type PciDevice } from './device.ts';

/** A value that is not the same on both sides; null where a side does not have it. */
export interface FieldDifference {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A capability, the header, or the bytes around them, that differ. */
export interface PartDifference {
  readonly part: string;
  readonly name: string | null;
  readonly kind: 'changed' | 'only-before' | 'only-after';
  readonly offset: number | null;
  readonly fields: readonly FieldDifference[];
}

/** A device that differs. */
export interface DeviceDifference {
  readonly slot: string | null;
  readonly kind: 'changed' | 'only-before' | 'only-after';
  readonly parts: readonly PartDifference[];
}

type IsWanted = (capability: PciCapability | 'header') => boolean;

/** Compares devices by their addresses; one device on each side is compared whatever its address. */
export function diffDevices(
  format: SpaceFormat,
  before: readonly PciDevice[],
  after: readonly PciDevice[],
  isWanted: IsWanted,
): readonly DeviceDifference[] {
  const pairs =
    before.length === 1 && after.length === 1
      ? [{ left: before[0], right: after[0] }]
      : pair(before, after, ({ slot }) => slot ?? '');
  return pairs.flatMap(({ left, right }): DeviceDifference[] => {
    const slot = left?.slot ?? right?.slot ?? null;
    if (left === undefined || right === undefined) {
      return [{ slot, kind: left === undefined ? 'only-after' : 'only-before', parts: [] }];
    }
    const parts = diffParts(format, left, right, isWanted);
    return parts.length === 0 ? [] : [{ slot, kind: 'changed', parts }];
  });
}

function diffParts(
  format: SpaceFormat,
  left: PciDevice,
  right: PciDevice,
  isWanted: IsWanted,
): PartDifference[] {
  const parts: PartDifference[] = [];
  if (isWanted('header')) {
    const fields = compare(headerLeaves(format, left), headerLeaves(format, right));
    if (fields.length > 0)
      parts.push({ part: 'Header', name: 'pci_header', kind: 'changed', offset: 0, fields });
  }
  const wanted = (device: PciDevice): readonly PciCapability[] => capabilitiesOf(device).filter(isWanted);
  for (const { left: one, right: other } of pair(wanted(left), wanted(right), keyOf)) {
    const capability = one ?? other;
    if (capability === undefined) continue;
    const common = {
      part: capabilityTitle(format, capability) || `capability 0x${capability.element.id.toString(16)}`,
      name: capability.element.name,
      offset: capability.element.offset,
    };
    if (one === undefined || other === undefined) {
      parts.push({ ...common, kind: one === undefined ? 'only-after' : 'only-before', fields: [] });
      continue;
    }
    const fields = compare(leavesOf(format, left, one), leavesOf(format, right, other));
    if (fields.length > 0) parts.push({ ...common, kind: 'changed', fields });
  }
  const rest = isWanted('header') ? undescribed(left, right) : [];
  if (rest.length > 0) {
    parts.push({
      part: 'Bytes that are not described',
      name: null,
      kind: 'changed',
      offset: null,
      fields: rest,
    });
  }
  return parts;
}

/** A capability is the same one where kind, id and name are; of several alike, by their order. */
function keyOf({ kind, element }: PciCapability): string {
  return `${kind} ${element.id} ${element.name ?? ''}`;
}

/** Puts those with the same key together, in the order of the first list and then of the second. */
function pair<T>(
  before: readonly T[],
  after: readonly T[],
  key: (one: T) => string,
): readonly { readonly left: T | undefined; readonly right: T | undefined }[] {
  const others = new Map<string, T[]>();
  for (const other of after) others.set(key(other), [...(others.get(key(other)) ?? []), other]);
  const pairs: { left: T | undefined; right: T | undefined }[] = before.map((left) => ({
    left,
    right: others.get(key(left))?.shift(),
  }));
  for (const right of after)
    if (others.get(key(right))?.includes(right)) pairs.push({ left: undefined, right });
  return pairs;
}

function headerLeaves(format: SpaceFormat, { space }: PciDevice): Map<string, string> {
  if (space.head === null) return new Map();
  const { name, value } = space.head;
  return leaves(printValue(format.model, name, value, format.abi, { context: contextOf(space) }));
}

function leavesOf(
  format: SpaceFormat,
  { space }: PciDevice,
  { element }: PciCapability,
): Map<string, string> {
  const own = [
    ['offset', `0x${element.offset.toString(16)}`],
    ['size', `${element.size}`],
  ] as const;
  if (element.value === null || element.name === null) {
    return new Map([...own, ['bytes', element.bytes === null ? '' : hexOf(element.bytes)]]);
  }
  const context = contextOf(space);
  return new Map([
    ...own,
    ...leaves(printValue(format.model, element.name, element.value, format.abi, { context })),
  ]);
}

/** The values of a tree by their paths. */
function leaves(
  fields: readonly PrintedField[],
  path = '',
  found = new Map<string, string>(),
): Map<string, string> {
  for (const field of fields) {
    if (field.kind === 'derived') continue;
    const own = path === '' || field.name.startsWith('[') ? `${path}${field.name}` : `${path}.${field.name}`;
    if (field.fields.length > 0) leaves(field.fields, own, found);
    else if (field.kind !== 'group')
      found.set(own, field.meaning === '' ? field.text : `${field.text} (${field.meaning})`);
  }
  return found;
}

function compare(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): FieldDifference[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((field) => {
    const [left, right] = [before.get(field) ?? null, after.get(field) ?? null];
    return left === right ? [] : [{ field, before: left, after: right }];
  });
}

/** Runs of bytes that differ and belong to no value on either side. */
function undescribed(left: PciDevice, right: PciDevice): FieldDifference[] {
  const described = new Uint8Array(Math.max(left.bytes.length, right.bytes.length));
  for (const device of [left, right]) {
    described.fill(1, 0, device.space.head?.size ?? 0);
    for (const { element } of capabilitiesOf(device))
      described.fill(1, element.offset, element.offset + element.size);
  }
  const fields: FieldDifference[] = [];
  if (left.bytes.length !== right.bytes.length) {
    fields.push({ field: 'size', before: `${left.bytes.length}`, after: `${right.bytes.length}` });
  }
  const end = Math.min(left.bytes.length, right.bytes.length);
  for (let start = 0; start < end; start++) {
    let stop = start;
    while (stop < end && described[stop] === 0 && left.bytes[stop] !== right.bytes[stop]) stop++;
    if (stop === start) continue;
    const field = `0x${start.toString(16)}`;
    fields.push({
      field,
      before: hexOf(left.bytes.subarray(start, stop), ' '),
      after: hexOf(right.bytes.subarray(start, stop), ' '),
    });
    start = stop;
  }
  return fields;
}

/** Differences as text. */
export function diffLines(differences: readonly DeviceDifference[], style: Style): string[] {
  return differences.flatMap(({ slot, kind, parts }) => {
    const place = slot ?? 'config space';
    if (kind !== 'changed') return [style.heading(`${place}: ${sideOf(kind)}`)];
    return [
      style.heading(place),
      ...parts.flatMap((part) => {
        const offset = part.offset === null ? '' : `[${part.offset.toString(16).padStart(2, '0')}] `;
        const name = part.name === null ? '' : style.faint(`  ${part.name}`);
        const head = `  ${style.heading(`${offset}${part.part}`)}${name}`;
        if (part.kind !== 'changed') return [`${head}: ${sideOf(part.kind)}`];
        const width = Math.max(...part.fields.map(({ field }) => field.length));
        return [
          head,
          ...part.fields.map(
            ({ field, before, after }) =>
              `    ${field.padEnd(Math.min(width, 48))}  ${style.warning(before ?? 'not there')} -> ${style.meaning(after ?? 'not there')}`,
          ),
        ];
      }),
    ];
  });
}

function sideOf(kind: 'only-before' | 'only-after'): string {
  return kind === 'only-before' ? 'only in the first' : 'only in the second';
}

/** Differences as JSON. */
export function diffJson(differences: readonly DeviceDifference[]): JsonValue {
  return differences.map(({ slot, kind, parts }) => ({
    slot,
    kind,
    parts: parts.map(({ part, name, kind: how, offset, fields }) => ({
      part,
      name,
      kind: how,
      offset,
      fields: fields.map((field) => ({ ...field })),
    })),
  }));
}
