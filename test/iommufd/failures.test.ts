import { describe, expect, it } from 'vitest';
import * as uapi from '../../src/generated/ts/iommufd.ts';
import { IOMMU_HWPT_DATA_SELFTEST, IOMMU_TEST_CMD } from '../../src/generated/ts/iommufd-test.ts';
import type { Iommufd } from '../../src/iommufd/main.ts';
import { FailingProcess } from './failing-process.ts';
import { violations } from './invariants.ts';
import { picture } from './picture.ts';
import { arena, page, scratch } from './workbench.ts';

const argument = scratch + 8n * page;

interface Bench {
  readonly process: FailingProcess;
  readonly iommufd: Iommufd;
}

function call(
  { process, iommufd }: Bench,
  cmd: number,
  words: readonly number[],
  size: number,
): ReturnType<Iommufd['ioctl']> {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of [size, ...words].entries()) view.setUint32(index * 4, word, true);
  process.unharmed(() => process.memory.write(argument, bytes));
  process.uses = 0;
  return iommufd.ioctl(cmd, argument);
}

/** An address space 1 with a mapping, a mock device 2, 3, its page table 4, a parent 5, an allowed range. */
function start(): Bench {
  const process = new FailingProcess();
  process.memory.map(arena, 16n * page);
  process.memory.map(scratch, 16n * page);
  const range = new DataView(new ArrayBuffer(16));
  range.setBigUint64(0, 0x400_0000n, true);
  range.setBigUint64(8, 0x400_ffffn, true);
  process.memory.write(scratch, new Uint8Array(range.buffer));
  const bench = { process, iommufd: process.open() };
  const ok = (result: { readonly ret: number; readonly check: string | null }) =>
    expect(result).toMatchObject({ ret: 0 });
  ok(call(bench, uapi.IOMMU_IOAS_ALLOC, [], 12));
  ok(call(bench, uapi.IOMMU_IOAS_MAP, map(0x1000000, 3), 40));
  ok(call(bench, IOMMU_TEST_CMD, [2, 1], 72));
  ok(call(bench, uapi.IOMMU_HWPT_ALLOC, [1, 3, 1], 48));
  ok(call(bench, uapi.IOMMU_FAULT_QUEUE_ALLOC, [], 16));
  return bench;
}

const low = (value: bigint): number => Number(value & 0xffff_ffffn);
const high = (value: bigint): number => Number(value >> 32n);
const map = (iova: number, pages: number): number[] => [
  7,
  1,
  0,
  low(arena),
  high(arena),
  pages * 4096,
  0,
  iova,
  0,
];

const calls: readonly (readonly [name: string, cmd: number, words: readonly number[], size: number])[] = [
  ['IOAS_ALLOC', uapi.IOMMU_IOAS_ALLOC, [], 12],
  ['IOAS_MAP', uapi.IOMMU_IOAS_MAP, map(0x2000000, 2), 40],
  ['IOAS_COPY', uapi.IOMMU_IOAS_COPY, [7, 1, 1, 4096, 0, 0x2000000, 0, 0x1000000, 0], 40],
  ['IOAS_ALLOW_IOVAS', uapi.IOMMU_IOAS_ALLOW_IOVAS, [1, 1, 0, low(scratch), high(scratch)], 24],
  ['HWPT_ALLOC', uapi.IOMMU_HWPT_ALLOC, [0, 3, 1], 48],
  [
    'HWPT_ALLOC nested',
    uapi.IOMMU_HWPT_ALLOC,
    [4, 3, 5, 0, 0, IOMMU_HWPT_DATA_SELFTEST, 4, low(scratch), high(scratch), 6],
    48,
  ],
  ['FAULT_QUEUE_ALLOC', uapi.IOMMU_FAULT_QUEUE_ALLOC, [], 16],
  ['MOCK_DOMAIN', IOMMU_TEST_CMD, [2, 1], 72],
  ['MOCK_DOMAIN_REPLACE', IOMMU_TEST_CMD, [10, 2, 0, 5], 72],
  ['CREATE_ACCESS', IOMMU_TEST_CMD, [5, 1, 0, 0, 1], 72],
  ['DESTROY', uapi.IOMMU_DESTROY, [5], 8],
  ['ADD_RESERVED', IOMMU_TEST_CMD, [1, 1, 0, 0x5000000, 0, 0x1000, 0], 72],
];

describe('a call of which the nth access to memory, pinning or allocation fails', () => {
  it.each(calls)('%s answers EFAULT or ENOMEM, and nothing is left of it', (name, cmd, words, size) => {
    const good = start();
    expect(call(good, cmd, words, size)).toMatchObject({ ret: 0 });
    const { uses } = good.process;
    expect(uses).toBeGreaterThan(0);
    let refused = 0;
    for (let nth = 0; nth < uses; nth++) {
      const bench = start();
      const before = picture(bench);
      bench.process.left = nth;
      const result = call(bench, cmd, words, size);
      bench.process.left = Infinity;
      expect(violations(bench.iommufd)).toEqual([]);
      // One read of the whole argument may fail without harm: the kernel's single steps follow it.
      if (result.ret === 0) continue;
      refused++;
      // A mock device whose IOMMU finds no memory is there all the same, but cannot be bound.
      const expected = result.check === 'device-coherent' ? /^EINVAL$/ : /^(EFAULT|ENOMEM)$/;
      expect(result).toMatchObject({ ret: -1, errno: expect.stringMatching(expected) });
      // The kernel leaves a mapping, and a device that moved, where only the answer could not be written.
      const stays = /MAP|COPY|REPLACE/.test(name) && result.check === 'reply-writable';
      if (!stays) expect(picture(bench)).toBe(before);
    }
    expect(refused).toBeGreaterThan(0);
  });
});
