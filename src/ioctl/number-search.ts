import {
  type Architecture,
  architectures,
  sameIoctlNumbers,
  splitIoctlNumber,
} from '../codec/runtime/ioctl-number.ts';
import { architecturesOf, homeOf, ioctlNumber } from '../layout/ioctl-number.ts';
import type { Ioctl } from '../model/declaration.ts';
import type { Model } from '../model/model.ts';
import { formatMacro, hex } from './number-text.ts';

/** An ioctl with the model that knows it. */
interface KnownIoctl {
  readonly model: Model;
  readonly ioctl: Ioctl;
}

/** The ioctls that have a number. */
export function ioctlsNumbered(model: Model, number: number): readonly Ioctl[] {
  return [...model.ioctls.values()].filter((ioctl) => numberOf({ model, ioctl }) === number);
}

/** What a number says that no ioctl has. */
export interface NumberExplanation {
  /** What the number is made of, and what comes next to it. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

/**
 * Says what a number is made of that no ioctl has, and what may have been meant: the number of another architecture, an
 * ioctl whose number has another direction or size, or a neighbour.
 *
 * @param model everything that is known, of every release and architecture
 * @param architecture where the number was looked for; undefined: on those with the usual encoding
 */
export function explainNumber(
  model: Model,
  number: number,
  architecture: Architecture | undefined,
): NumberExplanation {
  const all = [...model.ioctls.values()].map((ioctl) => ({ model, ioctl }));
  const { type, nr } = splitIoctlNumber(number, usual);
  const ofType = all.filter(({ ioctl }) => Number(ioctl.type.value) === type);
  const sameNr = ofType.filter(({ ioctl }) => Number(ioctl.nr.value) === nr);
  const explained =
    ofAnotherArchitecture(sameNr, number, architecture) ??
    (sameNr.length > 0 ? ofOtherParts(sameNr, ofType, architecture) : null) ??
    (ofType.length > 0 ? ofNeighbour(ofType, type, nr) : ofOtherType(all, type));
  const made = formatMacro(number, architecture ?? usual);
  return { ...explained, message: `${hex(number)}, which is ${made}; ${explained.message}` };
}

const usual: Architecture = 'x86';

/** Ioctls that have the number on another architecture. */
function ofAnotherArchitecture(
  sameNr: readonly KnownIoctl[],
  number: number,
  architecture: Architecture | undefined,
): NumberExplanation | null {
  const texts: string[] = [];
  const found = new Set<Architecture>();
  for (const known of sameNr) {
    const existing = architecturesOf(known.model, known.ioctl) ?? architectures;
    const there = existing.filter((name) => numberOf(known, name) === number);
    if (there.length === 0) continue;
    for (const name of there) found.add(name);
    const here = existing.filter((name) => sameIoctlNumbers(name, architecture ?? usual));
    const isHere = architecture === undefined ? here.length > 0 : here.includes(architecture);
    const place = architecture ?? placesText(here);
    const own = isHere ? `, and ${hex(numberOf(known, here[0]))} on ${place}` : '';
    texts.push(`that is ${known.ioctl.name} on ${placesText(there)}${own}`);
  }
  const first = (['x86', 'powerpc'] as const).find((name) => found.has(name)) ?? [...found][0];
  if (first === undefined) return null;
  return { message: texts.join('; '), hint: `--arch ${first} takes numbers of that architecture` };
}

/** Ioctls of the same type and nr. */
function ofOtherParts(
  sameNr: readonly KnownIoctl[],
  ofType: readonly KnownIoctl[],
  architecture: Architecture | undefined,
): NumberExplanation {
  const names = new Map<number, string[]>();
  const texts = new Map<number, string>();
  for (const known of sameNr) {
    const home = architecture ?? homeOf(known.model, known.ioctl);
    const number = numberOf(known, home);
    names.set(number, [...(names.get(number) ?? []), known.ioctl.name]);
    const place = sameIoctlNumbers(home, architecture ?? usual) ? '' : ` on ${home}`;
    texts.set(number, `${formatMacro(number, home)} = ${hex(number)}${place}`);
  }
  const known = [...names].map(
    ([number, list]) => `${list.join(', ')} ${list.length === 1 ? 'is' : 'are'} ${texts.get(number)}`,
  );
  const owners = [...new Set(sameNr.map(({ ioctl }) => ioctl.interface))];
  const isPlain = ofType.every(({ ioctl }) => ioctl.encoding === '_IO' || !owners.includes(ioctl.interface));
  const why = isPlain
    ? `: ${owners.join(', ')} ${owners.length === 1 ? 'encodes' : 'encode'} neither direction nor size`
    : '';
  const [number = 0] = names.keys();
  return {
    message: `${known.join('; ')}${why}`,
    hint: `uapi list ${hex(number)} shows what has that number`,
  };
}

/** Ioctls of the same type with other nrs. */
function ofNeighbour(ofType: readonly KnownIoctl[], type: number, nr: number): NumberExplanation {
  const nrs = [...new Set(ofType.map(({ ioctl }) => Number(ioctl.nr.value)))].sort((a, b) => a - b);
  const nearest = nrs.reduce((best, each) => (Math.abs(each - nr) < Math.abs(best - nr) ? each : best));
  const names = ofType
    .filter(({ ioctl }) => Number(ioctl.nr.value) === nearest)
    .map(({ ioctl }) => ioctl.name);
  return {
    message: `of type ${typeText(type)} the nrs ${rangesText(nrs)} are known, nearest is ${hex(nearest)}: ${names.join(', ')}`,
    hint: 'uapi list shows ioctls with their numbers, --schema FILE adds others',
  };
}

function ofOtherType(all: readonly KnownIoctl[], type: number): NumberExplanation {
  const owners = new Map<number, Set<string>>();
  for (const { ioctl } of all) {
    const own = Number(ioctl.type.value);
    owners.set(own, (owners.get(own) ?? new Set()).add(ioctl.interface));
  }
  const known = [...owners].map(([own, names]) => `${typeText(own)} of ${[...names].join(', ')}`);
  return {
    message: `no ioctl of type ${typeText(type)} is known`,
    hint: `known types are ${known.join('; ')}; --schema FILE adds others`,
  };
}

function numberOf({ model, ioctl }: KnownIoctl, architecture?: Architecture): number {
  return Number(ioctlNumber(model, ioctl, architecture).number);
}

/** Names of architectures, those with the usual encoding in short. */
function placesText(names: readonly Architecture[]): string {
  const others = names.filter((name) => !sameIoctlNumbers(name, usual));
  if (names.length - others.length < 3) return names.join(', ');
  return [...others, 'x86, arm64 and most others'].join(', ');
}

/** A type as a number, and as the character that it often is. */
function typeText(type: number): string {
  const isPrintable = type > 0x20 && type < 0x7f;
  return isPrintable ? `${hex(type)} ('${String.fromCharCode(type)}')` : hex(type);
}

/** Ascending numbers with those that follow each other put together: `0x64-0x7a, 0x80`. */
function rangesText(numbers: readonly number[]): string {
  const ranges: { readonly first: number; last: number }[] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range?.last === number - 1) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges
    .map(({ first, last }) => (first === last ? hex(first) : `${hex(first)}-${hex(last)}`))
    .join(', ');
}
