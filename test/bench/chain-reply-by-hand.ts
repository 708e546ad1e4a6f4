import type {
  VfioIommuType1InfoCapMigration,
  VfioIommuType1InfoDmaAvail,
} from '../../src/generated/ts/vfio.ts';
import { finish, type Header, isVisited, type Problem, placeProblem } from './chain-walk-by-hand.ts';
import * as hand from './hand-written.ts';

type Element =
  | { kind: 'vfio_iommu_type1_info_cap_iova_range'; offset: number; value: hand.IovaRanges }
  | { kind: 'vfio_iommu_type1_info_cap_migration'; offset: number; value: VfioIommuType1InfoCapMigration }
  | { kind: 'vfio_iommu_type1_info_dma_avail'; offset: number; value: VfioIommuType1InfoDmaAvail }
  | { kind: 'raw'; id: number; version: number | null; offset: number; bytes: Uint8Array };

export interface Reply {
  readonly info: hand.Type1Info;
  readonly elements: Element[];
  readonly problems: Problem[];
}

/** A reply of VFIO_IOMMU_GET_INFO with its chain. */
export function decodeReply(view: DataView): Reply {
  const info = hand.decodeType1Info(view, 0);
  const headers: Header[] = [];
  const problems: Problem[] = [];
  const size = view.byteLength;
  let offset = (info.flags & 2) === 0 ? 0 : info.cap_offset;
  let pointer = 16;
  let from: Header | null = null;
  let highest = -1;
  let sorted = true;
  while (offset !== 0) {
    if (offset < 24 || offset % 8 !== 0 || offset + 8 > size) {
      const code = offset % 8 !== 0 ? 'unaligned' : placeProblem(offset, 24, size, size);
      problems.push({ code, offset: pointer });
      if (code !== 'unaligned' || offset < 24 || offset + 8 > size) break;
    }
    if (offset <= highest && isVisited(headers, offset)) {
      problems.push({ code: from?.offset === offset ? 'self-link' : 'loop', offset: pointer });
      break;
    }
    if (headers.length === 64) {
      problems.push({ code: 'limit', offset: pointer });
      break;
    }
    const id = view.getUint16(offset, true);
    const version = view.getUint16(offset + 2, true);
    const next = view.getUint32(offset + 4, true);
    const header: Header = { id, version, offset, next: next === 0 ? null : next, length: 0 };
    headers.push(header);
    if (id === 0 || id === 0xffff) problems.push({ code: id === 0 ? 'null-id' : 'all-ones-id', offset });
    pointer = offset + 4;
    if (offset > highest) {
      highest = offset;
      if (from !== null) from.length = offset - from.offset;
    } else {
      sorted = false;
    }
    from = header;
    offset = next;
  }
  finish(headers, from, sorted, size);
  const elements: Element[] = [];
  for (const header of headers) elements.push(decodeElement(view, header, size, problems));
  return { info, elements, problems };
}

function decodeElement(view: DataView, header: Header, size: number, problems: Problem[]): Element {
  const { id, version, offset, length } = header;
  if (id === 1 && offset + 16 <= size) {
    const bytes = 16 + 16 * view.getUint32(offset + 8, true);
    if (offset + bytes <= size) {
      if (bytes > length) problems.push({ code: 'overlap', offset });
      const value = hand.decodeIovaRanges(view, offset);
      return { kind: 'vfio_iommu_type1_info_cap_iova_range', offset, value };
    }
  }
  if (id === 2 && offset + 32 <= size) {
    if (length < 32) problems.push({ code: 'overlap', offset });
    const value = {
      header: decodeHeader(view, offset),
      flags: view.getUint32(offset + 8, true),
      pgsize_bitmap: view.getBigUint64(offset + 16, true),
      max_dirty_bitmap_size: view.getBigUint64(offset + 24, true),
    };
    return { kind: 'vfio_iommu_type1_info_cap_migration', offset, value };
  }
  if (id === 3 && offset + 12 <= size) {
    if (length < 12) problems.push({ code: 'overlap', offset });
    const value = { header: decodeHeader(view, offset), avail: view.getUint32(offset + 8, true) };
    return { kind: 'vfio_iommu_type1_info_dma_avail', offset, value };
  }
  if (id >= 1 && id <= 3) problems.push({ code: id === 1 ? 'bad-body' : 'truncated-body', offset });
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, length).slice();
  return { kind: 'raw', id, version, offset, bytes };
}

function decodeHeader(view: DataView, offset: number): hand.IovaRanges['header'] {
  return {
    id: view.getUint16(offset, true),
    version: view.getUint16(offset + 2, true),
    next: view.getUint32(offset + 4, true),
  };
}

/** Writes such a reply and returns its bytes. */
export function encodeReply({ info, elements }: Reply, view: DataView): number {
  hand.encodeType1Info(info, view, 0);
  if (elements.length > 64) throw new RangeError('too many elements');
  if (elements.length > 0) view.setUint32(4, view.getUint32(4, true) | 2, true);
  const spans: number[] = [];
  let filled = 24;
  let pointer = 16;
  for (const element of elements) {
    const offset = element.offset ?? (filled + 7) & -8;
    if (!(offset >= 24 && offset + 8 <= view.byteLength) || offset % 8 !== 0)
      throw new RangeError('no place');
    const end = offset + Math.max(encodeElement(element, view, offset), 8);
    if (offset < filled && isTaken(spans, offset, end)) throw new RangeError('elements overlap');
    spans.push(offset, end);
    view.setUint32(pointer, hand.u32(offset, 'next'), true);
    pointer = offset + 4;
    if (end > filled) filled = end;
  }
  view.setUint32(pointer, 0, true);
  return filled;
}

function isTaken(spans: readonly number[], offset: number, end: number): boolean {
  for (let i = 0; i < spans.length; i += 2) {
    if (offset < (spans[i + 1] ?? 0) && (spans[i] ?? 0) < end) return true;
  }
  return false;
}

function encodeElement(element: Element, view: DataView, offset: number): number {
  switch (element.kind) {
    case 'vfio_iommu_type1_info_cap_iova_range':
      hand.encodeIovaRanges(element.value, view, offset);
      view.setUint16(offset, 1, true);
      return 16 + 16 * element.value.iova_ranges.length;
    case 'vfio_iommu_type1_info_cap_migration': {
      if (offset + 32 > view.byteLength) throw new RangeError('the buffer is too small');
      const { header, flags, pgsize_bitmap, max_dirty_bitmap_size } = element.value;
      hand.encodeHeader(header, view, offset);
      view.setUint16(offset, 2, true);
      view.setUint32(offset + 8, hand.u32(flags, 'flags'), true);
      view.setUint32(offset + 12, 0, true);
      view.setBigUint64(offset + 16, hand.u64(pgsize_bitmap, 'pgsize_bitmap'), true);
      view.setBigUint64(offset + 24, hand.u64(max_dirty_bitmap_size, 'max_dirty_bitmap_size'), true);
      return 32;
    }
    case 'vfio_iommu_type1_info_dma_avail':
      if (offset + 12 > view.byteLength) throw new RangeError('the buffer is too small');
      hand.encodeHeader(element.value.header, view, offset);
      view.setUint16(offset, 3, true);
      view.setUint32(offset + 8, hand.u32(element.value.avail, 'avail'), true);
      return 12;
    case 'raw':
      if (offset + element.bytes.length > view.byteLength) throw new RangeError('the buffer is too small');
      new Uint8Array(view.buffer, view.byteOffset + offset, element.bytes.length).set(element.bytes);
      return element.bytes.length;
  }
}
