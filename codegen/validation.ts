import { UsageError } from '../src/base/usage-error.ts';
import { type Abi, abis, parseAbi } from '../src/layout/abi.ts';
import type { Model } from '../src/model/model.ts';
import { compilePlan } from '../src/validate/compile.ts';
import type { Plan } from '../src/validate/plan.ts';
import type { EmitOptions } from './backend.ts';

/** Settings of back-ends that print validators. */
export const validationSettings: Readonly<Record<string, string>> = {
  abi: 'layout of the structs: lp64 (default), ilp32, i386, and -be variants',
  fd: 'kind of file that is called, if rules differ: iommufd, vfio_container, ...; default: left open',
};

/** The plans of an interface's structs that ioctls take, in the order of the schema's text. */
export function argumentPlans(model: Model, owner: string, options: EmitOptions): readonly Plan[] {
  const { abi, env } = chosen(model, options);
  const names = new Set(
    [...model.ioctls.values()].flatMap(({ argument }) => (argument.kind === 'struct' ? [argument.name] : [])),
  );
  return [...model.structs.values()]
    .filter((struct) => struct.interface === owner && names.has(struct.name))
    .sort((a, b) => a.order - b.order)
    .flatMap(({ name }) => compilePlan(model, name, { abi, env }) ?? []);
}

function chosen(
  model: Model,
  { settings = {} }: EmitOptions,
): { readonly abi: Abi; readonly env: Readonly<Record<string, bigint>> } {
  const { abi: name = 'lp64', fd } = settings;
  const abi = parseAbi(name);
  if (abi === undefined)
    throw new UsageError(`abi=${name}: unknown abi, expected ${Object.keys(abis).join(', ')}`);
  const kinds = fd === undefined ? [] : [...model.fds.keys()];
  return { abi, env: Object.fromEntries(kinds.map((kind) => [kind, kind === fd ? 1n : 0n])) };
}

/** Plans with those that their checks need before them, each once. */
export function withInner(plans: readonly Plan[], inside: (plan: Plan) => readonly Plan[]): readonly Plan[] {
  const found = new Map<string, Plan>();
  const add = (plan: Plan): void => {
    if (found.has(plan.name)) return;
    for (const inner of inside(plan)) add(inner);
    found.set(plan.name, plan);
  };
  for (const plan of plans) add(plan);
  return [...found.values()];
}
