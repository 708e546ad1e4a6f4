import { onOneLine } from '../../base/printable.ts';
import type { Output } from './output.ts';

/** Lines that go out at once. */
const batch = 1024;

/** Lines in batches: each one on its own would cost a system call. */
export class Lines {
  readonly #output: Output;
  #waiting: string[] = [];

  constructor(output: Output) {
    this.#output = output;
  }

  /** Prints a line, with those before it once there are enough; a line break in its data does not start another. */
  add(line: string): void {
    this.#waiting.push(line.includes('\n') ? onOneLine(line) : line);
    if (this.#waiting.length >= batch) this.end();
  }

  /** Prints what waits. */
  end(): void {
    if (this.#waiting.length > 0) this.#output.line(this.#waiting.join('\n'));
    this.#waiting = [];
  }
}
