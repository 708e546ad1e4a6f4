import { didYouMean } from '../../base/suggestion.ts';
import { UsageError } from '../../base/usage-error.ts';
import { explainNumber, ioctlsNumbered } from '../../ioctl/number-search.ts';
import { isNumberText, parseIoctlNumber } from '../../ioctl/number-text.ts';
import { ioctlNumber } from '../../layout/ioctl-number.ts';
import type { Ioctl } from '../../model/declaration.ts';
import type { Model } from '../../model/model.ts';
import type { ScalarName } from '../../model/type.ts';
import type { Catalog, Missing } from './catalog.ts';

/** What bytes can be taken for. */
export interface DecodeTarget {
  readonly model: Model;
  /** A struct, union or register block, or the integer that an ioctl's argument points to. */
  readonly type:
    | { readonly kind: 'struct'; readonly name: string }
    | { readonly kind: 'scalar'; readonly name: ScalarName };
  /** The ioctl that was asked for; null where a struct was. */
  readonly ioctl: Ioctl | null;
}

/**
 * What a NAME stands for: a struct, union or register block, an ioctl's name, or its number, which several ioctls may
 * have on different kinds of file.
 *
 * @param fd the kind of file that an ioctl is for
 */
export function findTargets(catalog: Catalog, name: string, fd?: string): readonly DecodeTarget[] {
  if (isNumberText(name)) return byNumber(catalog, name, fd);
  const model = catalog.about(name);
  if (fd !== undefined) checkFd(catalog, model, fd);
  const ioctl = model.ioctls.get(name);
  if (ioctl !== undefined) {
    if (fd !== undefined && !ioctl.fds.includes(fd)) {
      throw new UsageError(`${name} is an ioctl of ${ioctl.fds.join(', ')}, not of ${fd}`);
    }
    const target = targetOf(model, ioctl);
    if (target === null) throw new UsageError(`${name}: ${argumentText(ioctl)}`);
    return [target];
  }
  if (model.structs.get(name)?.inline === false)
    return [{ model, type: { kind: 'struct', name }, ioctl: null }];
  const known = [
    ...[...model.structs.values()].filter((struct) => !struct.inline).map((struct) => struct.name),
    ...model.ioctls.keys(),
  ];
  throw (
    catalog.missing(name)?.error ??
    new UsageError(
      `unknown struct or ioctl ${name}${didYouMean(name, known)}`,
      'uapi list shows what is known',
    )
  );
}

/** The one thing that a NAME stands for, as {@link findTargets}. @throws UsageError where there are several */
export function findTarget(catalog: Catalog, name: string, fd?: string): DecodeTarget {
  const targets = findTargets(catalog, name, fd);
  const [target, other] = targets;
  if (target === undefined) throw new UsageError(`nothing is known as ${name}`);
  if (other === undefined) return target;
  const kinds = targets.map(({ ioctl }) => `${ioctl?.name ?? ''} of ${ioctl?.fds.join(', ') ?? ''}`);
  throw new UsageError(`${targets.length} ioctls have the number ${name}, --fd chooses: ${kinds.join('; ')}`);
}

/**
 * The ioctls of a number besides those that findTargets gives: their arguments are nothing that bytes could be, but they
 * may be what was meant.
 */
export function findOthers(catalog: Catalog, name: string, fd?: string): readonly string[] {
  if (!isNumberText(name)) return [];
  const number = readNumber(catalog, name);
  const model = catalog.aboutNumber(number);
  return answering(catalog, number, fd)
    .filter((ioctl) => targetOf(model, ioctl) === null)
    .map((ioctl) => `${ioctl.name} of ${ioctl.fds.join(', ')} (${argumentText(ioctl)})`);
}

/** The number of an ioctl that a text stands for. @throws UsageError for what is none */
export function readNumber({ architecture = 'x86' }: Catalog, text: string): number {
  const read = parseIoctlNumber(text, architecture);
  if ('number' in read) return read.number;
  throw new UsageError(
    `${text} ${read.problem}`,
    'expected a number like 0x3b85, _IO(0x3b, 0x85) or _IOC(...)',
  );
}

/** Why no ioctl has a number: it exists elsewhere, or something near it does. */
export function absenceOfNumber(catalog: Catalog, number: number): UsageError {
  const missing = missingIoctls(catalog).find(([each]) => each === number)?.[1];
  if (missing !== undefined) return missing.error;
  const { message, hint } = explainNumber(catalog.everything, number, catalog.architecture);
  return new UsageError(`no ioctl has the number ${message}`, hint);
}

/** The ioctls that only another release or architecture has, by number. */
export function missingIoctls(catalog: Catalog): readonly (readonly [number: number, Missing])[] {
  const { everything, architecture = null } = catalog;
  const model = { ...everything, architecture };
  return [...model.ioctls.values()].flatMap((ioctl) => {
    const missing = catalog.missing(ioctl.name);
    return missing === null ? [] : [[Number(ioctlNumber(model, ioctl).number), missing] as const];
  });
}

function byNumber(catalog: Catalog, text: string, fd: string | undefined): readonly DecodeTarget[] {
  const number = readNumber(catalog, text);
  const model = catalog.aboutNumber(number);
  if (fd !== undefined) checkFd(catalog, model, fd);
  const ioctls = answering(catalog, number, fd);
  const targets = ioctls.flatMap((ioctl) => targetOf(model, ioctl) ?? []);
  if (targets.length === 0) {
    throw new UsageError(ioctls.map((ioctl) => `${ioctl.name}: ${argumentText(ioctl)}`).join('; '));
  }
  return targets;
}

/** The ioctls with a number, on files of a kind. */
function answering(catalog: Catalog, number: number, fd: string | undefined): readonly Ioctl[] {
  const text = `0x${number.toString(16)}`;
  const numbered = ioctlsNumbered(catalog.aboutNumber(number), number);
  if (numbered.length === 0) throw absenceOfNumber(catalog, number);
  const wanted = numbered.filter(({ fds }) => fd === undefined || fds.includes(fd));
  if (wanted.length === 0) {
    const names = numbered.map(({ name, fds }) => `${name} (${fds.join(', ')})`).join(', ');
    throw new UsageError(`no ioctl of ${fd} has the number ${text}`, `it is that of ${names}`);
  }
  return wanted;
}

function targetOf(model: Model, ioctl: Ioctl): DecodeTarget | null {
  const { argument } = ioctl;
  if (argument.kind !== 'struct' && argument.kind !== 'scalar') return null;
  const { kind, name } = argument;
  return { model, type: { kind, name } as DecodeTarget['type'], ioctl };
}

function argumentText({ argument }: Ioctl): string {
  if (argument.kind === 'none') return 'the ioctl has no argument, there is nothing to decode';
  if (argument.kind === 'string') return 'the argument is a string, there is nothing to decode';
  return 'the argument is a plain number, not a pointer to something';
}

function checkFd(catalog: Catalog, model: Model, fd: string): void {
  if (model.fds.has(fd) || catalog.whole.fds.has(fd)) return;
  const known = [...catalog.whole.fds.keys()];
  throw new UsageError(
    `--fd ${fd}: no such kind of file${didYouMean(fd, known)}`,
    `there are ${known.join(', ')}`,
  );
}
