import { Process } from '../../src/iommufd/process.ts';

/** Memory and allocations of which the nth one fails. */
export class FailingProcess extends Process {
  /** Accesses and allocations until one fails. */
  left = Infinity;
  uses = 0;

  /** @param pinning pinning of memory fails, too */
  constructor({ pinning = true } = {}) {
    super({ allocate: () => this.use() });
    const { memory } = this;
    const read = memory.read.bind(memory);
    const write = memory.write.bind(memory);
    const pages = memory.pages.bind(memory);
    memory.read = (address, length) => (this.use() ? read(address, length) : null);
    memory.write = (address, bytes) => (this.use() ? write(address, bytes) : 0);
    memory.pages = (address, count, writable) =>
      !pinning || this.use() ? pages(address, count, writable) : [];
  }

  use(): boolean {
    this.uses++;
    return --this.left >= 0;
  }

  /** Does something while nothing fails. */
  unharmed<T>(action: () => T): T {
    const { left } = this;
    this.left = Infinity;
    const result = action();
    this.left = left;
    return result;
  }
}
