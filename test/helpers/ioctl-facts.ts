import { readFileSync } from 'node:fs';
import type { Architecture, IoctlMacro } from '../../src/codec/runtime/ioctl-number.ts';

/** What the kernel's headers make of ioctl numbers on some architectures; test/scripts/ioctl-numbers recorded it. */
export interface NumberFacts {
  readonly architectures: readonly Architecture[];
  /** Numbers by name as linux/iommufd.h and linux/vfio.h give them. */
  readonly header: Readonly<Record<string, number>>;
  /** Numbers of ioctls that these headers do not have, as asm/ioctl.h makes them. */
  readonly macro: Readonly<Record<string, number>>;
  readonly macros: readonly (readonly [IoctlMacro, type: number, nr: number, size: number, number: number])[];
  /** Numbers with what _IOC_DIR, _IOC_TYPE, _IOC_NR and _IOC_SIZE read in them. */
  readonly splits: readonly (readonly [
    number: number,
    direction: number,
    type: number,
    nr: number,
    size: number,
  ])[];
}

/** The recorded facts, architectures that agree in all of them together. */
export const numberFacts = JSON.parse(
  readFileSync(new URL('../data/ioctl-numbers.json', import.meta.url), 'utf8'),
) as readonly NumberFacts[];

/** The facts of each architecture. */
export const factsByArchitecture: readonly (readonly [Architecture, NumberFacts])[] = numberFacts.flatMap(
  (facts) => facts.architectures.map((name) => [name, facts] as const),
);
