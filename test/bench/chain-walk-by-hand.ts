/**
 * Chains as a careful person walks, reads and writes them with a DataView: the results and checks of the generated
 * functions (loops, bounds, alignment, reserved bits, room, overlaps), and nothing that they leave out.
 */

export interface Header {
  id: number;
  version: number | null;
  offset: number;
  next: number | null;
  length: number;
}

export type Problem = { readonly code: string; readonly offset: number };

export interface Walk {
  readonly elements: Header[];
  readonly problems: Problem[];
}

/** The standard and the extended capabilities of a config space. */
export function walkConfig(view: DataView): readonly Walk[] {
  const std = walkStandard(view, 0x34, 2);
  const cardbus = walkStandard(view, 0x14, 1);
  return [std, cardbus, walkExtended(view, std)];
}

/** The list of a header with its pointer at an offset: the first two layouts, or the third. */
function walkStandard(view: DataView, head: number, layouts: number): Walk {
  const elements: Header[] = [];
  const problems: Problem[] = [];
  const size = view.byteLength;
  if (size <= head || size < 0x0f || (view.getUint16(6, true) & 0x10) === 0) return { elements, problems };
  const layout = view.getUint8(0x0e) & 0x7f;
  if (layouts === 2 ? layout > 1 : layout !== 2) return { elements, problems };
  const first = view.getUint8(head);
  let offset = first & 0xfc;
  if (offset !== first) problems.push({ code: 'reserved-bits', offset: head });
  let pointer = head;
  const last = Math.min(0xfc, size - 4);
  let from: Header | null = null;
  let highest = -1;
  let sorted = true;
  while (offset !== 0) {
    if (offset < 0x40 || offset > last) {
      problems.push({ code: placeProblem(offset, 0x40, 0xfc, size), offset: pointer });
      break;
    }
    if (offset <= highest && isVisited(elements, offset)) {
      problems.push({ code: from?.offset === offset ? 'self-link' : 'loop', offset: pointer });
      break;
    }
    const id = view.getUint8(offset);
    if (id === 0xff || elements.length === 48) {
      problems.push(id === 0xff ? { code: 'broken', offset } : { code: 'limit', offset: pointer });
      break;
    }
    const raw = view.getUint8(offset + 1);
    const next = raw & 0xfc;
    const element: Header = { id, version: null, offset, next: next === 0 ? null : next, length: 0 };
    elements.push(element);
    if (id === 0) problems.push({ code: 'null-id', offset });
    pointer = offset + 1;
    if (next !== raw) problems.push({ code: 'reserved-bits', offset: pointer });
    if (offset > highest) {
      highest = offset;
      if (from !== null) from.length = offset - from.offset;
    } else {
      sorted = false;
    }
    from = element;
    offset = next;
  }
  finish(elements, from, sorted, Math.min(size, 0x100));
  return { elements, problems };
}

function walkExtended(view: DataView, std: Walk): Walk {
  const elements: Header[] = [];
  const problems: Problem[] = [];
  const size = view.byteLength;
  if (size <= 0x100 || !std.elements.some(({ id }) => id === 0x10 || id === 7)) return { elements, problems };
  const last = Math.min(0xffc, size - 4);
  let offset = 0x100;
  let pointer = 0x100;
  let from: Header | null = null;
  let highest = -1;
  let sorted = true;
  do {
    if (offset < 0x100 || offset > last) {
      problems.push({ code: placeProblem(offset, 0x100, 0xffc, size), offset: pointer });
      break;
    }
    if (offset <= highest && isVisited(elements, offset)) {
      problems.push({ code: from?.offset === offset ? 'self-link' : 'loop', offset: pointer });
      break;
    }
    const header = view.getUint32(offset, true);
    if (header === 0 || header === 0xffff_ffff) {
      if (header !== 0 || from !== null) problems.push({ code: header === 0 ? 'empty' : 'broken', offset });
      break;
    }
    if (elements.length === 960) {
      problems.push({ code: 'limit', offset: pointer });
      break;
    }
    const id = header & 0xffff;
    const raw = header >>> 20;
    const next = raw & 0xffc;
    const element: Header = {
      id,
      version: (header >>> 16) & 0xf,
      offset,
      next: next === 0 ? null : next,
      length: 0,
    };
    elements.push(element);
    if (id === 0 || id === 0xffff) problems.push({ code: id === 0 ? 'null-id' : 'all-ones-id', offset });
    pointer = offset;
    if (next !== raw) problems.push({ code: 'reserved-bits', offset: pointer });
    if (offset > highest) {
      highest = offset;
      if (from !== null) from.length = offset - from.offset;
    } else {
      sorted = false;
    }
    from = element;
    offset = next;
  } while (offset !== 0);
  finish(elements, from, sorted, Math.min(size, 0x1000));
  return { elements, problems };
}

export function placeProblem(offset: number, first: number, last: number, size: number): string {
  return offset < first
    ? 'below-first'
    : offset > last
      ? 'above-last'
      : offset >= size
        ? 'past-end'
        : 'truncated-header';
}

export function isVisited(elements: readonly Header[], offset: number): boolean {
  for (const element of elements) if (element.offset === offset) return true;
  return false;
}

/** Gives the last element its length, or all of a list that does not ascend. */
export function finish(elements: readonly Header[], last: Header | null, sorted: boolean, end: number): void {
  if (sorted) {
    if (last !== null) last.length = end - last.offset;
    return;
  }
  const order = [...elements].sort((a, b) => a.offset - b.offset);
  for (const [i, element] of order.entries()) element.length = (order[i + 1]?.offset ?? end) - element.offset;
}
