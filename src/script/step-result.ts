import type { IoasDevice, Result } from '../ioas/index.ts';
import type { Arguments } from './arguments.ts';
import type { ScriptWorld } from './machine.ts';

/** What a statement came to. */
export interface Outcome {
  /** Who did it: the process with its calls, a device with DMA, or the guest in its own memory. */
  readonly actor: 'call' | 'dma' | 'guest' | 'setup';
  /** What is shown as the call, with its arguments. */
  readonly shown: string;
  /** Null where it worked. */
  readonly errno: string | null;
  /** The check that refused. */
  readonly check?: string;
  /** What came of it. */
  readonly answer: string;
  /** An id that a name can be given. */
  readonly id?: number;
  /** The device that did DMA. */
  readonly device?: IoasDevice;
  /** It had the translation cached, so that nobody was asked. */
  readonly cached?: boolean;
  /** Further lines. */
  readonly details?: readonly string[];
}

/** A word that a statement can start with. */
export interface Verb {
  /** How it is used. */
  readonly usage: string;
  readonly run: (world: ScriptWorld, args: Arguments) => Outcome;
}

/** A number as 0x and digits. */
export const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

/** Something that is no call: it always works. */
export function setup(shown: string): Outcome {
  return { actor: 'setup', shown, errno: null, answer: '' };
}

/** What a call came to. */
export function called(
  shown: string,
  result: Result<unknown>,
  answer: (value: unknown) => string = () => '',
): Outcome {
  return result.ok
    ? { actor: 'call', shown, errno: null, answer: answer(result.value) }
    : {
        actor: 'call',
        shown,
        errno: result.errno,
        check: result.check,
        answer: `${result.errno} (${result.check})`,
      };
}

/** The PASID that a statement names. */
export function pasidOf(args: Arguments): number | null {
  return args.small('pasid') ?? null;
}

/** The access that a statement names; all unless given. */
export function perm(args: Arguments): number {
  const text = args.text('access') ?? 'rw';
  return args.choice(text, 'access', { r: 1, w: 2, rw: 3 });
}
