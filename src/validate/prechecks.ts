import type { Ioctl } from '../model/declaration.ts';
import type { Expression } from '../model/expression.ts';
import { outermostFrame, type Surroundings, TermScope } from '../plan/scope.ts';
import type { Precheck } from './plan.ts';

/**
 * What the kernel checks before it reads the argument of an ioctl: preconditions of the kinds of file that it may be
 * made on, then the rules of the struct that say so.
 *
 * @param struct the argument
 * @param only the ioctl that is meant; null: any that takes the struct
 */
export function prechecks(around: Surroundings, struct: string, only?: string): readonly Precheck[] {
  const { model } = around;
  const ioctls = [...model.ioctls.values()].filter(
    ({ argument, name }) =>
      argument.kind === 'struct' && argument.name === struct && (only === undefined || only === name),
  );
  const ofFiles = filePrechecks(around, ioctls);
  const rules = (model.structs.get(struct)?.rules ?? []).filter(({ beforeArgument }) => beforeArgument);
  if (rules.length === 0) return ofFiles;
  const scope = new TermScope(around, [outermostFrame(around, struct)]);
  const never = (condition: Expression | undefined): boolean => {
    const term = condition === undefined ? undefined : scope.term(condition);
    return term?.kind === 'constant' && term.value === 0n;
  };
  const ofStruct = rules.filter(({ condition }) => !never(condition)).map(({ id, errno }) => ({ id, errno }));
  return distinct([...ofFiles, ...ofStruct]);
}

/** What files ask before they look at the argument of one of some ioctls. */
export function filePrechecks({ model, env }: Surroundings, ioctls: readonly Ioctl[]): readonly Precheck[] {
  const kinds = ioctls.flatMap(({ fds }) => fds);
  const asked = kinds.some((kind) => env[kind] === 1n)
    ? (kind: string) => env[kind] === 1n
    : (kind: string) => env[kind] !== 0n;
  const found = ioctls.flatMap(({ name, fds }) =>
    fds
      .filter(asked)
      .flatMap((kind) => model.fds.get(kind)?.preconditions ?? [])
      .filter(({ except }) => !except.includes(name)),
  );
  return distinct(found.map(({ id, errno }) => ({ id, errno })));
}

function distinct(checks: readonly Precheck[]): readonly Precheck[] {
  return checks.filter(
    ({ id, errno }, i) => checks.findIndex((each) => each.id === id && each.errno === errno) === i,
  );
}
