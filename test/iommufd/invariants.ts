import { MOCK_IO_PAGE_SIZE, MockDomain } from '../../src/iommu/kernel-api/drivers/mock-domain.ts';
import { Access } from '../../src/iommufd/access.ts';
import { areaPages } from '../../src/iommufd/area.ts';
import { Fault } from '../../src/iommufd/fault.ts';
import { limits } from '../../src/iommufd/limits.ts';
import type { Iommufd } from '../../src/iommufd/main.ts';
import type { IommufdObject } from '../../src/iommufd/object.ts';
import { BoundDevice, HwptNested, HwptPaging, Ioas } from '../../src/iommufd/private.ts';

/** What is wrong with the state of an open /dev/iommu; nothing, it is hoped. */
export function violations({ context }: Iommufd): string[] {
  const objects = context.objects.all();
  const wrong: string[] = [];
  for (const object of objects) {
    const users = 1 + referencesTo(object, objects, context.host.files);
    if (object.users !== users)
      wrong.push(`${object.kind} ${object.id} has ${object.users} users, counted ${users}`);
    if (!object.published) wrong.push(`${object.kind} ${object.id} is not published`);
    if (object instanceof Ioas) wrong.push(...ofIoas(object));
  }
  const bytes =
    objects.reduce((sum, object) => sum + limits.objectBytes + bytesOf(object), 0) + pinnedBytes(objects);
  if (context.memory.used !== bytes)
    wrong.push(`${context.memory.used} bytes of the kernel's memory are in use, counted ${bytes}`);
  return wrong;
}

function bytesOf(object: IommufdObject): number {
  if (!(object instanceof Ioas)) return 0;
  const { areas, domains } = object.iopt;
  let bytes = 0;
  for (const { start, last } of areas.entries()) {
    bytes += limits.areaBytes;
    for (const { pageSize } of domains) bytes += (Number(last - start + 1n) / pageSize) * limits.ioPageBytes;
  }
  return bytes;
}

function pinnedBytes(objects: readonly IommufdObject[]): number {
  const all = objects.flatMap((object) => (object instanceof Ioas ? [...object.iopt.areas.entries()] : []));
  const pages = new Set(all.map(({ value }) => value.pages));
  return [...pages].reduce((sum, { pinned }) => sum + pinned * limits.pinnedPageBytes, 0);
}

function referencesTo(
  object: IommufdObject,
  all: readonly IommufdObject[],
  files: { get(fd: number): unknown },
): number {
  const count = (test: (other: IommufdObject) => boolean) => all.filter(test).length;
  if (object instanceof Ioas) {
    return count(
      (other) => (other instanceof HwptPaging || other instanceof Access) && other.ioas === object,
    );
  }
  if (object instanceof HwptPaging || object instanceof HwptNested) {
    return (
      count((other) => other instanceof HwptNested && other.parent === object) +
      count((other) => isAttached(other) && other.igroup.hwpt === object)
    );
  }
  if (object instanceof BoundDevice) return isAttached(object) ? 2 : 1;
  if (object instanceof Access) return 1;
  if (object instanceof Fault) {
    let open = 0;
    for (let fd = 0; fd < 64; fd++) if (files.get(fd) === object) open++;
    return (
      open +
      count((other) => (other instanceof HwptNested || other instanceof HwptPaging) && other.fault === object)
    );
  }
  return 0;
}

function isAttached(object: IommufdObject): object is BoundDevice {
  return object instanceof BoundDevice && object.igroup.devices.has(object);
}

function ofIoas({ id, iopt }: Ioas): string[] {
  const wrong: string[] = [];
  let before = -1n;
  for (const { start, last, value: area } of iopt.areas.entries()) {
    if (start <= before) wrong.push(`areas of ${id} overlap at ${start}`);
    before = last;
    if (iopt.reserved.touches({ start, last })) wrong.push(`area of ${id} at ${start} is reserved`);
    if (((start | (last + 1n)) & (iopt.alignment - 1n)) !== 0n)
      wrong.push(`area of ${id} at ${start} is misaligned`);
    if (area.filled !== iopt.domains.length > 0)
      wrong.push(`area of ${id} at ${start} is filled: ${area.filled}`);
  }
  for (const range of iopt.allowed) {
    if (iopt.reserved.touches(range)) wrong.push(`allowed range of ${id} at ${range.start} is reserved`);
  }
  for (const domain of iopt.domains) {
    if (domain instanceof MockDomain) wrong.push(...ofDomain(id, iopt.areas.entries(), domain));
  }
  return wrong;
}

function ofDomain(
  id: number,
  areas: Iterable<Parameters<typeof areaPages>[0]>,
  domain: MockDomain,
): string[] {
  let expected = 0;
  for (const area of areas) {
    const { first, last } = areaPages(area);
    const blocks = 4096 / MOCK_IO_PAGE_SIZE;
    let ioPage = Number(area.start) / MOCK_IO_PAGE_SIZE;
    let block = area.value.pageOffset / MOCK_IO_PAGE_SIZE;
    const stop = (Number(area.last) + 1) / MOCK_IO_PAGE_SIZE;
    for (let index = first; index <= last; index++, block = 0) {
      for (; block < blocks && ioPage < stop; block++, ioPage++, expected++) {
        const frame = area.value.pages.pageAt(index)?.frame ?? -1;
        if (domain.blockAt(ioPage) !== frame * blocks + block)
          return [`domain of ${id} is wrong at I/O page ${ioPage}`];
      }
    }
  }
  return domain.mapped === expected
    ? []
    : [`domain of ${id} has ${domain.mapped} pages, areas have ${expected}`];
}
