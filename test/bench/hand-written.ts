/** What a careful person writes by hand: the yardstick of the benchmarks. Same range checks as the generated code. */

export interface IoasMap {
  size: number;
  flags: number;
  ioas_id: number;
  __reserved: number;
  user_va: bigint;
  length: bigint;
  iova: bigint;
}

export interface Type1Info {
  argsz: number;
  flags: number;
  iova_pgsizes: bigint;
  cap_offset: number;
  pad: number;
}

export interface IovaRanges {
  header: { id: number; version: number; next: number };
  nr_iovas: number;
  reserved: number;
  iova_ranges: { start: bigint; end: bigint }[];
}

/** A checked u16. */
export function u16(value: number, name: string): number {
  if (!(Number.isInteger(value) && value >= 0 && value <= 0xffff))
    throw new RangeError(`${name} is not a u16`);
  return value;
}

/** A checked u32. */
export function u32(value: number, name: string): number {
  if (!(Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff))
    throw new RangeError(`${name} is not a u32`);
  return value;
}

/** A checked u64. */
export function u64(value: bigint, name: string): bigint {
  if (typeof value !== 'bigint' || BigInt.asUintN(64, value) !== value)
    throw new RangeError(`${name} is not a u64`);
  return value;
}

function room(view: DataView, offset: number, size: number): void {
  if (offset < 0 || offset + size > view.byteLength) throw new RangeError('the buffer is too small');
}

export function decodeIoasMap(view: DataView, offset: number): IoasMap {
  room(view, offset, 40);
  return {
    size: view.getUint32(offset, true),
    flags: view.getUint32(offset + 4, true),
    ioas_id: view.getUint32(offset + 8, true),
    __reserved: view.getUint32(offset + 12, true),
    user_va: view.getBigUint64(offset + 16, true),
    length: view.getBigUint64(offset + 24, true),
    iova: view.getBigUint64(offset + 32, true),
  };
}

export function encodeIoasMap(value: IoasMap, view: DataView, offset: number): void {
  room(view, offset, 40);
  view.setUint32(offset, u32(value.size, 'size'), true);
  view.setUint32(offset + 4, u32(value.flags, 'flags'), true);
  view.setUint32(offset + 8, u32(value.ioas_id, 'ioas_id'), true);
  view.setUint32(offset + 12, u32(value.__reserved, '__reserved'), true);
  view.setBigUint64(offset + 16, u64(value.user_va, 'user_va'), true);
  view.setBigUint64(offset + 24, u64(value.length, 'length'), true);
  view.setBigUint64(offset + 32, u64(value.iova, 'iova'), true);
}

/** The same without range checks: shown, not judged. */
export function encodeIoasMapUnchecked(value: IoasMap, view: DataView, offset: number): void {
  view.setUint32(offset, value.size, true);
  view.setUint32(offset + 4, value.flags, true);
  view.setUint32(offset + 8, value.ioas_id, true);
  view.setUint32(offset + 12, value.__reserved, true);
  view.setBigUint64(offset + 16, value.user_va, true);
  view.setBigUint64(offset + 24, value.length, true);
  view.setBigUint64(offset + 32, value.iova, true);
}

export function decodeType1Info(view: DataView, offset: number): Type1Info {
  room(view, offset, 24);
  return {
    argsz: view.getUint32(offset, true),
    flags: view.getUint32(offset + 4, true),
    iova_pgsizes: view.getBigUint64(offset + 8, true),
    cap_offset: view.getUint32(offset + 16, true),
    pad: view.getUint32(offset + 20, true),
  };
}

export function encodeType1Info(value: Type1Info, view: DataView, offset: number): void {
  room(view, offset, 24);
  view.setUint32(offset, u32(value.argsz, 'argsz'), true);
  view.setUint32(offset + 4, u32(value.flags, 'flags'), true);
  view.setBigUint64(offset + 8, u64(value.iova_pgsizes, 'iova_pgsizes'), true);
  view.setUint32(offset + 16, u32(value.cap_offset, 'cap_offset'), true);
  view.setUint32(offset + 20, u32(value.pad, 'pad'), true);
}

export function decodeIovaRanges(view: DataView, offset: number): IovaRanges {
  room(view, offset, 16);
  const header = {
    id: view.getUint16(offset, true),
    version: view.getUint16(offset + 2, true),
    next: view.getUint32(offset + 4, true),
  };
  const nr_iovas = view.getUint32(offset + 8, true);
  const reserved = view.getUint32(offset + 12, true);
  room(view, offset + 16, nr_iovas * 16);
  const iova_ranges: IovaRanges['iova_ranges'] = [];
  for (let i = 0, at = offset + 16; i < nr_iovas; i++, at += 16) {
    iova_ranges.push({ start: view.getBigUint64(at, true), end: view.getBigUint64(at + 8, true) });
  }
  return { header, nr_iovas, reserved, iova_ranges };
}

export function encodeIovaRanges(value: IovaRanges, view: DataView, offset: number): void {
  const { header, iova_ranges } = value;
  room(view, offset, 16 + iova_ranges.length * 16);
  if (value.nr_iovas !== iova_ranges.length) throw new RangeError('nr_iovas is not the number of ranges');
  encodeHeader(header, view, offset);
  view.setUint32(offset + 8, u32(value.nr_iovas, 'nr_iovas'), true);
  view.setUint32(offset + 12, u32(value.reserved, 'reserved'), true);
  let at = offset + 16;
  for (const { start, end } of iova_ranges) {
    view.setBigUint64(at, u64(start, 'start'), true);
    view.setBigUint64(at + 8, u64(end, 'end'), true);
    at += 16;
  }
}

export function encodeHeader(header: IovaRanges['header'], view: DataView, offset: number): void {
  room(view, offset, 8);
  view.setUint16(offset, u16(header.id, 'id'), true);
  view.setUint16(offset + 2, u16(header.version, 'version'), true);
  view.setUint32(offset + 4, u32(header.next, 'next'), true);
}
