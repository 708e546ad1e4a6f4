import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  VFIO_IOMMU_GET_INFO,
  VFIO_IOMMU_MAP_DMA,
  VFIO_IOMMU_UNMAP_DMA,
} from '../../src/generated/ts/vfio.ts';
import { operations } from '../../src/iommufd/operations.ts';
import { violations } from './invariants.ts';
import { arena, arenaPages, nowhere, page, scratch, workbench } from './workbench.ts';

const argument = scratch + 4n * page;
const calls = [
  ...Object.values(operations).map(({ cmd, size }) => ({ cmd, size, sized: true })),
  ...[VFIO_IOMMU_GET_INFO, VFIO_IOMMU_MAP_DMA, VFIO_IOMMU_UNMAP_DMA].map((cmd) => ({
    cmd,
    size: 48,
    sized: false,
  })),
];

/** Words that mean something in many places. */
const words: readonly bigint[] = [
  0n,
  0n,
  0n,
  1n,
  1n,
  2n,
  2n,
  3n,
  3n,
  4n,
  5n,
  6n,
  7n,
  7n,
  8n,
  10n,
  11n,
  12n,
  13n,
  14n,
  15n,
  0xdeadn,
  0xdead_beefn,
  2048n,
  page,
  page,
  2n * page,
  0x100_0000n,
  0x100_0000n + page,
  0x7fff_f000n,
  0xffff_ffffn,
];
const wideWords = [
  ...words,
  arena,
  arena,
  arena + page,
  scratch,
  scratch,
  nowhere,
  0xffff_ffff_ffff_ffffn,
  1n << 63n,
];

const step = fc.record({
  call: fc.nat(calls.length - 1),
  /** Pairs of words, or wide ones. */
  words: fc.array(fc.tuple(fc.nat(1000), fc.nat(1000), fc.boolean()), { minLength: 9, maxLength: 9 }),
  sized: fc.integer({ min: 0, max: 30 }),
});

function bytesOf({
  call,
  words: chosen,
  sized,
}: {
  call: number;
  words: [number, number, boolean][];
  sized: number;
}): Uint8Array {
  const { size, sized: hasSize } = calls[call] as (typeof calls)[number];
  const bytes = new Uint8Array(80);
  const view = new DataView(bytes.buffer);
  for (const [index, [low, high, wide]] of chosen.entries()) {
    if (wide) view.setBigUint64(index * 8, wideWords[low % wideWords.length] as bigint, true);
    else {
      view.setUint32(index * 8, Number(words[low % words.length]), true);
      view.setUint32(index * 8 + 4, Number(words[high % words.length]), true);
    }
  }
  view.setUint32(0, hasSize && sized === 0 ? size - 4 : size, true);
  return bytes;
}

describe('random calls', () => {
  it('keep the invariants, throw nothing, and leave nothing when all is closed', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 300, maxLength: 300 }), (all) => {
        const bench = workbench();
        const { context } = bench.iommufd;
        for (const each of all) {
          bench.process.memory.write(argument, bytesOf(each));
          bench.iommufd.ioctl(calls[each.call]?.cmd ?? 0, argument);
        }
        expect(violations(bench.iommufd)).toEqual([]);
        bench.iommufd.close();
        bench.process.files.closeAll();
        const left = [
          context.objects.size,
          context.groups.size,
          bench.process.files.size,
          context.memory.used,
        ];
        expect(left).toEqual([0, 0, 0, 0]);
        const pages = bench.process.memory.pages(arena, Number(arenaPages), false);
        expect(pages.filter(({ pins }) => pins !== 0)).toEqual([]);
      }),
      { numRuns: Number(process.env['RANDOM_RUNS'] ?? 60) },
    );
  });
});
