import type { DecodedElement } from '../../src/chain/decode.ts';
import type { Space } from '../../src/chain/space.ts';
import type { ChainElement, ChainWalk } from '../../src/chain/walk.ts';
import type {
  VfioIommuType1InfoCapMigration,
  VfioIommuType1InfoDmaAvail,
} from '../../src/generated/ts/vfio.ts';
import * as hand from './hand-written.ts';

/** Chains as a careful person walks them by hand, with the same results and the same checks as the library's. */

type Open = { -readonly [Key in keyof ChainElement]: ChainElement[Key] };

/** The standard and the extended capabilities of a config space. */
export function walkConfigByHand(bytes: Uint8Array): readonly ChainWalk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const std = walkStandard(view);
  const cardbus: ChainWalk = { name: 'pci_cardbus', elements: [], issues: [], ended: 'none' };
  const isExpress = std.elements.some(({ id }) => id === 0x10 || id === 0x07);
  const ext: ChainWalk =
    isExpress && view.byteLength > 0x100
      ? walkExtended(view)
      : { name: 'pci_ext', elements: [], issues: [], ended: 'none' };
  return [std, cardbus, ext];
}

function walkStandard(view: DataView): ChainWalk {
  const elements: Open[] = [];
  const none: ChainWalk = { name: 'pci_std', elements, issues: [], ended: 'none' };
  if (view.byteLength < 0x40 || (view.getUint8(6) & 0x10) === 0 || (view.getUint8(0x0e) & 0x7f) > 1)
    return none;
  const end = Math.min(view.byteLength, 0x100);
  let offset = view.getUint8(0x34) & 0xfc;
  while (offset !== 0) {
    if (offset < 0x40 || offset + 4 > end || isVisited(elements, offset) || elements.length === 48)
      return broken('pci_std');
    const id = view.getUint8(offset);
    const next = view.getUint8(offset + 1);
    if (id === 0xff) return broken('pci_std');
    const to = next & 0xfc;
    elements.push({ id, version: null, offset, next, nextOffset: to === 0 ? null : to, extent: 0 });
    offset = to;
  }
  measure(elements, end);
  return { name: 'pci_std', elements, issues: [], ended: 'end' };
}

function walkExtended(view: DataView): ChainWalk {
  const elements: Open[] = [];
  const end = Math.min(view.byteLength, 0x1000);
  let offset = 0x100;
  while (offset !== 0) {
    if (offset < 0x100 || offset + 4 > end || isVisited(elements, offset) || elements.length === 960)
      return broken('pci_ext');
    const header = view.getUint32(offset, true);
    if (header === 0 || header === 0xffff_ffff) {
      return { name: 'pci_ext', elements, issues: [], ended: 'empty' };
    }
    const next = header >>> 20;
    const to = next & 0xffc;
    const version = (header >>> 16) & 0xf;
    elements.push({
      id: header & 0xffff,
      version,
      offset,
      next,
      nextOffset: to === 0 ? null : to,
      extent: 0,
    });
    offset = to;
  }
  measure(elements, end);
  return { name: 'pci_ext', elements, issues: [], ended: 'end' };
}

/** Beyond the yardstick: the measured inputs are sound. */
function broken(name: string): ChainWalk {
  throw new RangeError(`the list ${name} is broken`);
}

function isVisited(elements: readonly Open[], offset: number): boolean {
  for (const element of elements) if (element.offset === offset) return true;
  return false;
}

function measure(elements: Open[], end: number): void {
  const sorted = [...elements].sort((a, b) => a.offset - b.offset);
  for (let i = 0; i < sorted.length; i++) {
    const element = sorted[i] as Open;
    element.extent = (sorted[i + 1]?.offset ?? end) - element.offset;
  }
}

type Body = hand.IovaRanges | VfioIommuType1InfoCapMigration | VfioIommuType1InfoDmaAvail;

const nothing = new Uint8Array(0);

/** A reply of VFIO_IOMMU_GET_INFO with its chain, as the library decodes it. */
export function decodeReplyByHand(bytes: Uint8Array): Space {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = hand.decodeType1Info(view, 0);
  const offsets: number[] = [];
  for (let offset = (head.flags & 2) === 0 ? 0 : head.cap_offset; offset !== 0; ) {
    if (offsets.includes(offset)) throw new RangeError('the chain loops');
    if (offset < 24 || offset % 8 !== 0 || offset + 8 > bytes.length || offsets.length === 1024) {
      throw new RangeError('the chain leads outside');
    }
    offsets.push(offset);
    offset = view.getUint32(offset + 4, true);
  }
  const sorted = [...offsets].sort((a, b) => a - b);
  const elements: DecodedElement[] = [];
  for (const offset of offsets) {
    const extent = (sorted[sorted.indexOf(offset) + 1] ?? bytes.length) - offset;
    const id = view.getUint16(offset, true);
    const version = view.getUint16(offset + 2, true);
    const next = view.getUint32(offset + 4, true);
    const body = decodeBody(view, id, version, offset);
    if (body === null || body.size > extent) throw new RangeError('the element is not known');
    const { name, value, size, hole } = body;
    const at = offset + (hole ?? 0);
    const filled = hole !== null && view.getUint32(at, true) !== 0;
    elements.push({
      id,
      version,
      offset,
      next,
      nextOffset: next === 0 ? null : next,
      extent,
      name,
      size,
      value,
      bytes: null,
      extra: size < extent ? bytes.slice(offset + size, offset + extent) : nothing,
      holes: filled ? [{ offset: hole, bytes: bytes.slice(at, at + 4) }] : [],
    });
  }
  const chain = { name: 'vfio_iommu_type1_info_caps', ended: 'end', elements } as const;
  return {
    size: bytes.length,
    head: { name: 'vfio_iommu_type1_info', value: head, size: 24, holes: [] },
    chains: [chain],
    rest: [],
    issues: [],
    env: {},
  };
}

function decodeBody(
  view: DataView,
  id: number,
  version: number,
  offset: number,
): { name: string; value: Body; size: number; hole: number | null } | null {
  if (version !== 1 && version !== 2) return null;
  if (id === 1) {
    const value = hand.decodeIovaRanges(view, offset);
    const size = 16 + 16 * value.iova_ranges.length;
    return { name: 'vfio_iommu_type1_info_cap_iova_range', value, size, hole: null };
  }
  const header = {
    id: view.getUint16(offset, true),
    version: view.getUint16(offset + 2, true),
    next: view.getUint32(offset + 4, true),
  };
  if (id === 2) {
    if (offset + 32 > view.byteLength) throw new RangeError('the element is cut short');
    const value = {
      header,
      flags: view.getUint32(offset + 8, true),
      pgsize_bitmap: view.getBigUint64(offset + 16, true),
      max_dirty_bitmap_size: view.getBigUint64(offset + 24, true),
    };
    return { name: 'vfio_iommu_type1_info_cap_migration', value, size: 32, hole: 12 };
  }
  if (id !== 3) return null;
  if (offset + 12 > view.byteLength) throw new RangeError('the element is cut short');
  const value = { header, avail: view.getUint32(offset + 8, true) };
  return { name: 'vfio_iommu_type1_info_dma_avail', value, size: 12, hole: null };
}

/** The bytes of such a reply. */
export function encodeReplyByHand(space: Space): Uint8Array {
  const bytes = new Uint8Array(space.size);
  const view = new DataView(bytes.buffer);
  for (const { offset, bytes: part } of space.rest) bytes.set(part, offset);
  hand.encodeType1Info(space.head?.value as hand.Type1Info, view, 0);
  for (const { elements } of space.chains) {
    for (const { name, value, offset, size, extra, holes } of elements) {
      if (offset + size + extra.length > bytes.length) throw new RangeError('the element does not fit');
      encodeBody(view, name, value as Body, offset);
      for (const hole of holes) bytes.set(hole.bytes, offset + hole.offset);
      bytes.set(extra, offset + size);
    }
  }
  return bytes;
}

function encodeBody(view: DataView, name: string | null, value: Body, offset: number): void {
  if (name === 'vfio_iommu_type1_info_cap_iova_range') {
    hand.encodeIovaRanges(value as hand.IovaRanges, view, offset);
    return;
  }
  encodeHeader(value.header, view, offset);
  if (name === 'vfio_iommu_type1_info_cap_migration') {
    const { flags, pgsize_bitmap, max_dirty_bitmap_size } = value as VfioIommuType1InfoCapMigration;
    view.setUint32(offset + 8, u32(flags, 'flags'), true);
    view.setBigUint64(offset + 16, u64(pgsize_bitmap, 'pgsize_bitmap'), true);
    view.setBigUint64(offset + 24, u64(max_dirty_bitmap_size, 'max_dirty_bitmap_size'), true);
  } else {
    view.setUint32(offset + 8, u32((value as VfioIommuType1InfoDmaAvail).avail, 'avail'), true);
  }
}

function encodeHeader(
  { id, version, next }: hand.IovaRanges['header'],
  view: DataView,
  offset: number,
): void {
  if (offset < 0 || offset + 12 > view.byteLength) throw new RangeError('the buffer is too small');
  view.setUint16(offset, u16(id, 'id'), true);
  view.setUint16(offset + 2, u16(version, 'version'), true);
  view.setUint32(offset + 4, u32(next, 'next'), true);
}

function u16(value: number, name: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff) return value;
  throw new RangeError(`${name} is not a u16`);
}

function u32(value: number, name: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return value;
  throw new RangeError(`${name} is not a u32`);
}

function u64(value: bigint, name: string): bigint {
  if (typeof value === 'bigint' && value >= 0n && value <= 0xffff_ffff_ffff_ffffn) return value;
  throw new RangeError(`${name} is not a u64`);
}
