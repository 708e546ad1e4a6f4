import * as uapi from '../../src/generated/ts/iommufd.ts';
import { IOMMU_TEST_CMD } from '../../src/generated/ts/iommufd-test.ts';
import * as vfio from '../../src/generated/ts/vfio.ts';
import type { CallResult } from '../../src/ioctl/call-result.ts';
import type { Iommufd } from '../../src/iommufd/main.ts';
import { operations } from '../../src/iommufd/operations.ts';
import { FailingProcess } from './failing-process.ts';
import { arena, page, scratch } from './workbench.ts';

const names: Readonly<Record<string, unknown>> = { ...uapi, ...vfio, IOMMU_TEST_CMD };
const argument = scratch + 8n * page;
const firstFd = 3;
/** Bytes of the arguments of VFIO, as test/oracle/fail-nth.c gives them. */
const vfioSizes: Readonly<Record<string, number>> = {
  VFIO_IOMMU_GET_INFO: 256,
  VFIO_IOMMU_MAP_DMA: vfio.sizeofVfioIommuType1DmaMap,
  VFIO_IOMMU_UNMAP_DMA: vfio.minSizeofVfioIommuType1DmaUnmap,
};

/** Runs the steps of test/oracle/fail-nth-scenarios.h on the reference. */
export class Stepper {
  /** Pinning does not fail: the kernel has no way to make that happen to memory that is there. */
  readonly process = new FailingProcess({ pinning: false });
  readonly iommufd: Iommufd;
  #argumentBytes = 0;
  #returned = 0;

  constructor() {
    this.process.memory.map(arena, 16n * page);
    this.process.memory.map(scratch, 16n * page);
    this.iommufd = this.process.open();
  }

  /** Makes a call; the argument is put into memory without failure. */
  step(text: string): CallResult {
    const result = this.#call(text);
    this.#returned = result.ret;
    return result;
  }

  #call(text: string): CallResult {
    const [name = '', ...words] = text.split(' ');
    const parts = words.map(wordOf);
    const [first = 0, second = 0] = parts.map(({ value }) => Number(value));
    if (name === 'READ') return this.iommufd.read(first, scratch + page, second);
    if (name === 'WRITE') return this.iommufd.write(first, scratch, second);
    if (name === 'CLOSE') return this.iommufd.closeFile(first);
    const bytes = bytesOf(parts);
    if (name === 'POKE') return { ret: this.#put(scratch, bytes), errno: null, check: null };
    const cmd = names[name];
    if (typeof cmd !== 'number') throw new Error(`no ioctl ${name}`);
    const size =
      Object.values(operations).find((operation) => operation.cmd === cmd)?.size ?? vfioSizes[name] ?? 0;
    const whole = new Uint8Array(size);
    new DataView(whole.buffer).setUint32(0, size, true);
    whole.set(bytes, 4);
    this.#put(argument, whole);
    this.#argumentBytes = size;
    return this.iommufd.ioctl(cmd, argument);
  }

  /** What the last call answered: what it returned, its argument, and the memory that its pointers lead to. */
  answer(): string {
    const { memory } = this.process;
    return `${this.#returned} ${memory.read(argument, this.#argumentBytes)} ${memory.read(scratch + page, 64)}`;
  }

  #put(address: bigint, bytes: Uint8Array): 0 {
    this.process.unharmed(() => this.process.memory.write(address, bytes));
    this.process.uses = 0;
    return 0;
  }
}

interface Word {
  readonly value: bigint;
  readonly wide: boolean;
}

function wordOf(text: string): Word {
  if (text === 'F') return { value: BigInt(firstFd), wide: false };
  const [, base = '', number = '', q] = /^([AS]?)\+?(\w*?)(q?)$/.exec(text) ?? [];
  const value = BigInt(number) + (base === 'A' ? arena : base === 'S' ? scratch : 0n);
  return { value, wide: base !== '' || q === 'q' };
}

function bytesOf(words: readonly Word[]): Uint8Array {
  const bytes = words.flatMap(({ value, wide }) =>
    Array.from({ length: wide ? 8 : 4 }, (_, index) => Number((value >> BigInt(index * 8)) & 0xffn)),
  );
  return Uint8Array.from(bytes);
}
