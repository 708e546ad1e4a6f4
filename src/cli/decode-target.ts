import { ioctlNumber } from '../layout/ioctl-number.ts';
import type { Ioctl } from '../model/declaration.ts';
import type { Model } from '../model/model.ts';
import type { ScalarName } from '../model/type.ts';
import { didYouMean } from '../spec/suggestion.ts';
import { type Catalog, isNumber } from './catalog.ts';
import { UsageError } from './usage-error.ts';

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
  const models = catalog.knowing(name);
  if (fd !== undefined) checkFd(catalog, models, fd);
  if (isNumber(name)) return byNumber(models, name, fd);
  const ioctl = models.map((model) => model.ioctls.get(name)).find((found) => found !== undefined);
  if (ioctl !== undefined) {
    if (fd !== undefined && !ioctl.fds.includes(fd)) {
      throw new UsageError(`${name} is an ioctl of ${ioctl.fds.join(', ')}, not of ${fd}`);
    }
    const target = targetOf(models, ioctl);
    if (target === null) throw new UsageError(`${name}: ${argumentText(ioctl)}`);
    return [target];
  }
  if (models.some((model) => model.structs.get(name)?.inline === false)) {
    return [{ model: bestModel(models, name), type: { kind: 'struct', name }, ioctl: null }];
  }
  const known = models.flatMap((model) => [
    ...[...model.structs.values()].filter((struct) => !struct.inline).map((struct) => struct.name),
    ...model.ioctls.keys(),
  ]);
  throw new UsageError(
    `unknown struct or ioctl ${name}${didYouMean(name, known)}`,
    'uapi list shows what is known',
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
  if (!isNumber(name)) return [];
  const models = catalog.knowing(name);
  return answering(models, name, fd)
    .filter((ioctl) => targetOf(models, ioctl) === null)
    .map((ioctl) => `${ioctl.name} of ${ioctl.fds.join(', ')} (${argumentText(ioctl)})`);
}

function byNumber(models: readonly Model[], text: string, fd: string | undefined): readonly DecodeTarget[] {
  const ioctls = answering(models, text, fd);
  const targets = ioctls.flatMap((ioctl) => targetOf(models, ioctl) ?? []);
  if (targets.length === 0) {
    throw new UsageError(ioctls.map((ioctl) => `${ioctl.name}: ${argumentText(ioctl)}`).join('; '));
  }
  return targets;
}

/** The ioctls with a number, on files of a kind. */
function answering(models: readonly Model[], text: string, fd: string | undefined): readonly Ioctl[] {
  const number = BigInt(text);
  const found = new Map<string, Ioctl>();
  for (const model of models) {
    for (const ioctl of model.ioctls.values()) {
      const key = `${ioctl.interface} ${ioctl.name}`;
      if (!found.has(key) && ioctlNumber(model, ioctl).number === number) found.set(key, ioctl);
    }
  }
  const numbered = [...found.values()];
  if (numbered.length === 0) {
    throw new UsageError(`no ioctl has the number ${text}`, 'uapi list 0x3b shows ioctls with their numbers');
  }
  const wanted = numbered.filter(({ fds }) => fd === undefined || fds.includes(fd));
  if (wanted.length === 0) {
    const names = numbered.map(({ name, fds }) => `${name} (${fds.join(', ')})`).join(', ');
    throw new UsageError(`no ioctl of ${fd} has the number ${text}`, `it is that of ${names}`);
  }
  return wanted;
}

function targetOf(models: readonly Model[], ioctl: Ioctl): DecodeTarget | null {
  const { argument } = ioctl;
  if (argument.kind === 'struct') {
    return { model: bestModel(models, argument.name), type: { kind: 'struct', name: argument.name }, ioctl };
  }
  if (argument.kind !== 'scalar') return null;
  const model = models.find(({ ioctls }) => ioctls.has(ioctl.name));
  return model === undefined ? null : { model, type: { kind: 'scalar', name: argument.name }, ioctl };
}

function argumentText({ argument }: Ioctl): string {
  if (argument.kind === 'none') return 'the ioctl has no argument, there is nothing to decode';
  if (argument.kind === 'string') return 'the argument is a string, there is nothing to decode';
  return 'the argument is a plain number, not a pointer to something';
}

/** Of the models that have a struct, the one that knows most of what its chains may hold: another schema adds to them. */
function bestModel(models: readonly Model[], struct: string): Model {
  const having = models.filter((model) => model.structs.has(struct));
  const [first] = having;
  if (first === undefined) throw new UsageError(`unknown struct ${struct}`);
  let best = { model: first, members: -1 };
  for (const model of having) {
    const members = membersOfChains(model, struct);
    if (members > best.members) best = { model, members };
  }
  return best.model;
}

/** How many structs the chains behind a struct may hold. */
export function membersOfChains(model: Model, name: string): number {
  const sets = [...model.chains.values()]
    .filter(({ head }) => head.kind === 'field' && head.struct === name)
    .map(({ elements }) => elements);
  if (sets.length === 0) return 0;
  return [...model.structs.values()].filter(({ memberOf }) => memberOf.some(({ set }) => sets.includes(set)))
    .length;
}

function checkFd(catalog: Catalog, models: readonly Model[], fd: string): void {
  if (models.some(({ fds }) => fds.has(fd))) return;
  const known = [...new Set(catalog.models.flatMap(({ fds }) => [...fds.keys()]))];
  if (known.includes(fd)) return;
  throw new UsageError(
    `--fd ${fd}: no such kind of file${didYouMean(fd, known)}`,
    `there are ${known.join(', ')}`,
  );
}
