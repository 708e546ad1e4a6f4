import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/ioctl/refusal.ts';
import {
  type Access,
  attachAccess,
  createAccess,
  destroyAccess,
  detachAccess,
  pinPages,
  unpinPages,
} from '../../src/iommufd/access.ts';
import { violations } from './invariants.ts';
import { arena, must, page, readWrite, type Workbench, workbench } from './workbench.ts';

const iova = 0x1000000n;
const range = { iova, length: 2n * page, write: false };

/** An access that is attached to address space 1, which maps two pages, and that unpins them when it is told to. */
function attached(): Workbench & { readonly access: Access; readonly told: readonly (readonly bigint[])[] } {
  const bench = workbench();
  const { calls, iommufd } = bench;
  const ioas = must(calls.ioasAlloc());
  must(calls.ioasMap({ ioas, address: arena, length: 2n * page, flags: readWrite, iova }));
  const told: bigint[][] = [];
  let access: Access | Refusal | null = null;
  access = createAccess(iommufd.context, {
    needsPinPages: true,
    unmap(start, length) {
      told.push([start, length]);
      if (access !== null && !(access instanceof Refusal)) unpinPages(access, range.iova, range.length);
    },
  });
  if (access instanceof Refusal) throw new Error(access.check);
  expect(attachAccess(access, ioas)).toBeNull();
  return { ...bench, access, told };
}

describe('detachAccess', () => {
  it('has everything unpinned, and gives the address space back', () => {
    const { access, told, process, iommufd, calls } = attached();
    expect(pinPages(access, range)).toHaveLength(2);
    expect(process.memory.pages(arena, 2, false).map(({ pins }) => pins)).toEqual([1, 1]);
    detachAccess(access);
    expect(told).toEqual([[0n, 2n ** 64n - 1n]]);
    expect(process.memory.pages(arena, 2, false).map(({ pins }) => pins)).toEqual([0, 0]);
    expect(violations(iommufd)).toEqual([]);
    expect(pinPages(access, range)).toMatchObject({ errno: 'ENOENT' });
    expect(calls.destroy(1)).toMatchObject({ ok: true });
  });

  it('may be followed by another attachment, and may be done twice', () => {
    const { access, iommufd } = attached();
    detachAccess(access);
    detachAccess(access);
    expect(attachAccess(access, 1)).toBeNull();
    destroyAccess(access);
    expect(violations(iommufd)).toEqual([]);
  });
});

describe('pinPages', () => {
  it.each([0n, 1n << 20n, 1n << 33n])('reaches page %s of what is mapped', (index) => {
    const { access, calls, process, iommufd } = attached();
    const pages = index + 1n;
    const start = 0x1000_0000_0000n;
    process.memory.map(start, pages * page);
    const at = 0x1_0000_0000_0000n;
    must(calls.ioasMap({ ioas: 1, address: start, length: pages * page, flags: readWrite, iova: at }));
    const [found, ...others] = process.memory.pages(start + index * page, 1, true);
    const last = { iova: at + index * page, length: page, write: true };
    expect(pinPages(access, last)).toEqual([found]);
    expect(pinPages(access, last)).toEqual([found]);
    expect([others, found?.pins]).toEqual([[], 1]);
    expect(violations(iommufd)).toEqual([]);
    unpinPages(access, last.iova, page);
    unpinPages(access, last.iova, page);
    expect(found?.pins).toBe(0);
    expect(violations(iommufd)).toEqual([]);
  });
});
