import { describe, expect, it } from 'vitest';
import { PageFrames } from '../../src/ioctl/page-frames.ts';
import { Refusal } from '../../src/ioctl/refusal.ts';
import { MockDevice } from '../../src/iommu/kernel-api/drivers/mock.ts';
import { detachDevice } from '../../src/iommufd/attach.ts';
import { attachDevice } from '../../src/iommufd/attach-pt.ts';
import { bindDevice, unbindDevice } from '../../src/iommufd/device.ts';
import { limits } from '../../src/iommufd/limits.ts';
import { Ioas } from '../../src/iommufd/private.ts';
import { violations } from './invariants.ts';
import { arena, must, outcome, page, readWrite, type Workbench, workbench } from './workbench.ts';

const room = 0x100_0000n;

/** All that the process can see of an address space, and what the kernel uses. */
function stateOf({ iommufd }: Workbench, id: number): unknown {
  const ioas = iommufd.context.objects.get(id, Ioas, 'ioas-exists');
  if (ioas instanceof Refusal) throw new Error(ioas.check);
  const areas = [...ioas.iopt.areas.entries()].map(({ start, last }) => [start, last]);
  return { areas, used: iommufd.context.memory.used, objects: iommufd.context.objects.size };
}

/** Repeats a call until it is refused; the state before that, and how often it was not. */
function untilRefused(bench: Workbench, id: number, call: () => string): { done: number; errno: string } {
  for (let done = 0; done < 100_000; done++) {
    const before = stateOf(bench, id);
    const errno = call();
    if (errno === '0') continue;
    expect(stateOf(bench, id)).toEqual(before);
    expect(violations(bench.iommufd)).toEqual([]);
    return { done, errno };
  }
  throw new Error('never refused');
}

/** A mock device on an address space. */
function attach({ iommufd, process }: Workbench, ioas: number): { readonly id: number; release(): void } {
  const bound = bindDevice(iommufd.context, new MockDevice(process.frames, 0));
  if (bound instanceof Refusal) throw new Error(bound.check);
  const attached = attachDevice(bound, ioas);
  if (attached instanceof Refusal) throw new Error(attached.check);
  const release = () => {
    detachDevice(bound);
    unbindDevice(bound);
  };
  return { id: bound.id, release };
}

function close({ iommufd, process }: Workbench): void {
  iommufd.close();
  process.files.closeAll();
  expect(iommufd.context.memory.used).toBe(0);
}

describe("the kernel's memory", () => {
  it('has room for so many objects; ENOMEM then, until one is gone', () => {
    const bench = workbench({ kernelBytes: 100 * limits.objectBytes });
    const first = must(bench.calls.ioasAlloc());
    const refused = untilRefused(bench, first, () => outcome(bench.calls.ioasAlloc()));
    expect(refused).toEqual({ done: 99, errno: 'ENOMEM' });
    must(bench.calls.destroy(50));
    expect(must(bench.calls.ioasAlloc())).toBe(50);
    close(bench);
  });

  it('ends copies that double what is mapped, and copies nothing then', () => {
    const bench = workbench({ kernelBytes: 1 << 20 });
    const ioas = must(bench.calls.ioasAlloc());
    must(bench.calls.ioasMap({ ioas, address: arena, length: page, flags: readWrite, iova: room }));
    let length = page;
    const refused = untilRefused(bench, ioas, () => {
      const iova = room + length;
      const copied = bench.calls.ioasCopy(ioas, { ioas, address: room, length, flags: readWrite, iova });
      if (copied.ok) length *= 2n;
      return outcome(copied);
    });
    expect(refused).toEqual({ done: 11, errno: 'ENOMEM' });
    expect(must(bench.calls.ioasUnmap(ioas, room, length))).toBe(length);
    close(bench);
  });

  it('is told apart from memory that is not there, where the machine has no more pages', () => {
    const bench = workbench({ frames: new PageFrames(30) });
    const ioas = must(bench.calls.ioasAlloc());
    const device = attach(bench, ioas);
    const map = (pages: bigint, address: bigint) =>
      outcome(bench.calls.ioasMap({ ioas, address, length: pages * page, flags: readWrite }));
    expect(map(20n, arena)).toBe('0');
    const before = stateOf(bench, ioas);
    expect(map(20n, arena + 20n * page)).toBe('ENOMEM');
    expect(stateOf(bench, ioas)).toEqual(before);
    device.release();
    close(bench);
  });

  it('ends mappings of pages that are pinned for a device, and page tables', () => {
    const bench = workbench({ kernelBytes: 64 * 1024 });
    const { calls } = bench;
    const ioas = must(calls.ioasAlloc());
    const device = attach(bench, ioas);
    let at = room;
    const refused = untilRefused(bench, ioas, () => {
      const mapped = calls.ioasMap({ ioas, address: arena, length: 64n * page, flags: readWrite, iova: at });
      at += 64n * page;
      return outcome(mapped);
    });
    expect(refused.errno).toBe('ENOMEM');
    expect(refused.done).toBeGreaterThan(5);
    const tables = untilRefused(bench, ioas, () =>
      outcome(calls.hwptAlloc({ device: device.id, parent: ioas })),
    );
    expect(tables).toEqual({ done: 0, errno: 'ENOMEM' });
    device.release();
    close(bench);
  });
});
