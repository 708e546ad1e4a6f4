import type { CallResult } from '../../src/ioctl/call-result.ts';
import type { Iommufd } from '../../src/iommufd/main.ts';
import { Process } from '../../src/iommufd/process.ts';

/** A step that the kernel answered otherwise than the reference does. */
export interface Difference {
  /** The line without its answers. */
  readonly step: string;
  readonly kernel: string;
  readonly reference: string;
  /** The check of the reference that answered. */
  readonly check: string | null;
}

/** A question: its name and its steps, as test/oracle/edges.h describes them. */
export interface Question {
  readonly name: string;
  readonly steps: readonly string[];
}

/** The questions of a file that test/oracle/probe-edges.c printed. */
export function questionsOf(text: string): Question[] {
  const questions: { name: string; steps: string[] }[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) questions.push({ name: line.slice(2), steps: [] });
    else if (line !== '') questions.at(-1)?.steps.push(line);
  }
  return questions;
}

/** Takes the steps of a question on a new process. */
export function ask({ steps }: Question): Difference[] {
  const asking = new Asking();
  return steps.flatMap((step) => asking.take(step) ?? []);
}

const number = (text: string | undefined) => BigInt(`0x${text}`);
const bytesOf = (text: string | undefined) =>
  new Uint8Array(text === undefined || text === '-' ? Buffer.alloc(0) : Buffer.from(text, 'hex'));
const hexOf = (bytes: Uint8Array | null) =>
  bytes === null ? 'unreadable' : Buffer.from(bytes).toString('hex') || '-';

class Asking {
  readonly #process = new Process();
  readonly #iommufd: Iommufd = this.#process.open();

  take(line: string): Difference | null {
    const [verb, ...words] = line.split(' ');
    const [first, second, third, answer, after] = words;
    switch (verb) {
      case 'map':
        this.#process.memory.map(number(first), number(second), third === 'huge' ? { contiguous: 512 } : {});
        return null;
      case 'fill':
        return this.#fill(number(first), number(second));
      case 'protect':
        this.#process.memory.protect(number(first), number(second), false);
        return null;
      case 'unmap':
        this.#process.memory.unmap(number(first), number(second));
        return null;
      case 'poke':
        this.#process.memory.write(number(first), bytesOf(second));
        return null;
      case 'peek': {
        const bytes = hexOf(this.#process.memory.read(number(first), bytesOf(second).length));
        return differ([verb, first], second, bytes, null);
      }
      case 'ioctl': {
        const address = number(second);
        const before = bytesOf(third);
        this.#process.memory.write(address, before);
        const result = this.#iommufd.ioctl(Number(number(first)), address);
        const bytes = hexOf(this.#process.memory.read(address, before.length));
        const reference = `${answerOf(result)} ${bytes === third ? '=' : bytes}`;
        return differ([verb, first, second, third], `${answer} ${after}`, reference, result.check);
      }
      case 'value': {
        const result = this.#iommufd.ioctl(Number(number(first)), number(second));
        return differ([verb, first, second], third, answerOf(result), result.check);
      }
      case 'read':
      case 'write': {
        const result = this.#iommufd[verb](Number(number(first)), number(second), Number(number(third)));
        return differ([verb, first, second, third], answer, answerOf(result), result.check);
      }
      case 'close': {
        const result = this.#iommufd.closeFile(Number(number(first)));
        return differ([verb, first], second, answerOf(result), result.check);
      }
      case 'shut':
        this.#iommufd.close();
        return null;
      default:
        throw new Error(`unknown step: ${line}`);
    }
  }

  #fill(address: bigint, length: bigint): null {
    const words = BigUint64Array.from(
      { length: Number(length) / 8 },
      (_, index) => address + BigInt(index * 8),
    );
    this.#process.memory.write(address, new Uint8Array(words.buffer));
    return null;
  }
}

function answerOf({ ret, errno }: CallResult): string {
  return errno ?? ret.toString(16);
}

function differ(
  step: readonly (string | undefined)[],
  kernel: string | undefined,
  reference: string,
  check: string | null,
): Difference | null {
  return kernel === reference ? null : { step: step.join(' '), kernel: kernel ?? '', reference, check };
}
