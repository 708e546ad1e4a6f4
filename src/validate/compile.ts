import type { Abi } from '../layout/abi.ts';
import { formatExpression } from '../layout/expression-text.ts';
import { endOfField, flatten } from '../layout/flatten.ts';
import type { Rule, Struct } from '../model/declaration.ts';
import type { Model } from '../model/model.ts';
import { type Place, placeOfMember } from '../plan/place.ts';
import { type Frame, outermostFrame, type Surroundings, TermScope } from '../plan/scope.ts';
import { constant, forEachPlace, type Term } from '../plan/term.ts';
import { fieldChecks } from './field-checks.ts';
import { limits } from './limits.ts';
import type { Check, Entry, Plan } from './plan.ts';
import { prechecks } from './prechecks.ts';
import { both, either, type Site, sitesOf } from './sites.ts';
import { type PlanOf, pointerChecks, tagPaths, variantTarget } from './targets.ts';

/** What a plan is made for. */
export interface PlanOptions {
  readonly abi: Abi;
  /** Values of `env.NAME`: which kind of file is asked, for example. Rules over others are left undecided. */
  readonly env?: Readonly<Record<string, bigint>>;
  /** The ioctl that takes the struct; any that does unless given. Only its file's preconditions count. */
  readonly ioctl?: string;
}

/**
 * Makes the plan of a struct: every check in the kernel's order, with all names resolved.
 *
 * @param struct a key of `model.structs`; the model is one of a single release
 * @returns undefined where the struct has no fixed size or is unknown
 */
export function compilePlan(
  model: Model,
  struct: string,
  { abi, env = {}, ioctl }: PlanOptions,
): Plan | undefined {
  const around = { model, abi, env: ofOneFile(model, env) };
  const plan = planOfStruct(around, struct, 0, new Map());
  return plan && { ...plan, before: prechecks(around, struct, ioctl) };
}

/** A file is of one kind: where one is asked, the others are not. */
function ofOneFile({ fds }: Model, env: Readonly<Record<string, bigint>>): Readonly<Record<string, bigint>> {
  const kinds = [...fds.keys()];
  if (!kinds.some((kind) => env[kind] === 1n)) return env;
  return { ...Object.fromEntries(kinds.map((kind) => [kind, 0n])), ...env };
}

function planOfStruct(
  around: Surroundings,
  name: string,
  depth: number,
  made: Map<string, Plan | undefined>,
): Plan | undefined {
  if (made.has(name)) return made.get(name);
  const struct = around.model.structs.get(name);
  if (struct === undefined || depth > limits.nesting) return undefined;
  made.set(name, undefined);
  const frame = outermostFrame(around, name);
  const planOf: PlanOf = (inner) => planOfStruct(around, inner, depth + 1, made);
  const plan: Plan = {
    name,
    abi: around.abi,
    size: frame.layout.minSize,
    entry: entryOf(around, struct, frame),
    before: [],
    checks: checksOf(around, struct, frame, planOf),
  };
  made.set(name, plan);
  return plan;
}

function entryOf({ abi }: Surroundings, struct: Struct, frame: Frame): Entry {
  const growth = struct.extensible ?? struct.negotiated;
  const size = growth && integerAt(frame, growth.sizeField, abi);
  if (growth === undefined || size === undefined) return { kind: 'fixed' };
  const min = endOfField(frame.layout, growth.minThrough) ?? frame.layout.minSize;
  if (struct.extensible === undefined) return { kind: 'negotiated', size, min, short: growth.short };
  return { kind: 'extensible', size, min, short: growth.short, tail: struct.extensible.unknownTail };
}

function integerAt(frame: Frame, name: string, abi: Abi): Place | undefined {
  const found = flatten(frame.layout).find(({ path }) => path === name);
  if (found?.offset == null) return undefined;
  return placeOfMember(found.member, { path: name, offset: found.offset, order: frame.order }, abi);
}

function checksOf(around: Surroundings, struct: Struct, frame: Frame, planOf: PlanOf): readonly Check[] {
  const sites = sitesOf(around, frame);
  const scope = new TermScope(around, [frame]);
  const tags = new Set(
    sites.flatMap(({ field, scope: own }) => {
      const pointed = field.userPointer?.target;
      return [
        ...tagPaths(field.variant, own),
        ...(pointed?.kind === 'variant' ? tagPaths(pointed.use, own) : []),
      ];
    }),
  );
  const named = new Set(struct.rules.flatMap(({ check }) => (check.kind === 'fields' ? check.fields : [])));
  const unnamed = sites.filter(({ path }) => !named.has(path));
  const alone = (site: Site) => ({ id: `field:${site.path}`, errno: null });
  return [
    ...unnamed.flatMap((site) => fieldChecks(around.model, site, alone(site), tags)),
    ...struct.rules.flatMap((rule) =>
      rule.beforeArgument ? [] : ruleChecks({ around, scope, sites, tags, planOf }, rule),
    ),
    ...sites.flatMap((site) => insideChecks(around, site, planOf)),
    ...unnamed.flatMap((site) => [
      // Where no rule says when memory is touched, nobody knows what becomes of bad memory.
      ...pointerChecks(around, site, { ...alone(site), stage: 'memory' }, planOf),
      ...handleChecks(site, `field:${site.path}`),
    ]),
  ];
}

interface RuleContext {
  readonly around: Surroundings;
  readonly scope: TermScope;
  readonly sites: readonly Site[];
  readonly tags: ReadonlySet<string>;
  readonly planOf: PlanOf;
}

function ruleChecks({ around, scope, sites, tags, planOf }: RuleContext, rule: Rule): readonly Check[] {
  const condition = rule.condition === undefined ? null : scope.term(rule.condition);
  if (condition?.kind === 'constant' && condition.value === 0n) return [];
  const { id, check, stage } = rule;
  const errno = rule.unchecked ? null : rule.errno;
  const undecided = (when: Term | null | undefined): readonly Check[] =>
    errno === null
      ? []
      : [
          {
            id,
            condition: when ?? null,
            errno,
            kind: 'undecided',
            stage: stage === 'memory' ? 'memory' : 'state',
          },
        ];
  if (check.kind === 'described') return undecided(condition);
  if (check.kind === 'expression') {
    const term = scope.term(check.expression);
    if (term === undefined || condition === undefined) return undecided(condition);
    if (term.kind === 'constant' && term.value !== 0n) return [];
    return [holds(id, errno, condition, term, formatExpression(check.expression))];
  }
  const asked = sites.filter(({ path }) => check.fields.includes(path));
  const checks = asked.flatMap((site): readonly Check[] => {
    const pointed = pointerChecks(around, site, { id, errno, stage }, planOf);
    if (stage === 'payload') return [...fieldChecks(around.model, site, { id, errno }, tags), ...pointed];
    return stage === 'state' && site.field.handle !== undefined ? handleChecks(site, id) : pointed;
  });
  return checks.map((each) => ({ ...each, condition: both(each.condition, condition ?? null) ?? null }));
}

function holds(id: string, errno: Check['errno'], condition: Term | null, term: Term, text: string): Check {
  const operands = new Map<string, Place>();
  forEachPlace(term, (place) => operands.set(place.path, place));
  const [first] = operands.values();
  const test = { kind: 'holds', term, text, operands: [...operands.values()] } as const;
  const at = { path: first?.path ?? '', offset: first?.offset ?? 0, length: first?.bytes ?? 0 };
  return { id, errno, condition, kind: 'test', code: 'broken-rule', ...at, test };
}

/** The object that an id names has to be there. */
function handleChecks({ field, scope, condition }: Site, id: string): readonly Check[] {
  const { handle } = field;
  if (handle === undefined || handle.missing === null) return [];
  const kinds = handle.kinds.map((kind) =>
    kind.condition === undefined ? null : scope.term(kind.condition),
  );
  const when = both(condition, either(kinds));
  if (when?.kind === 'constant' && when.value === 0n) return [];
  return [{ id, condition: when ?? null, errno: handle.missing, kind: 'undecided', stage: 'state' }];
}

/** Structs inside the bytes that have checks of their own: variants and arrays; those in place are sites themselves. */
function insideChecks(around: Surroundings, site: Site, planOf: PlanOf): readonly Check[] {
  const { field, member, condition, scope, path, offset } = site;
  if (condition === undefined || member.kind !== 'field') return [];
  const common = { id: `field:${path}`, condition, path, offset };
  if (field.variant !== undefined) {
    const target = variantTarget(around, field.variant, scope, planOf);
    return target === undefined ? [] : [{ ...common, errno: null, kind: 'inline', target }];
  }
  const { type } = member;
  if (type.kind !== 'array' && type.kind !== 'flexible') return [];
  const plan = type.element.kind === 'named' ? planOf(type.element.name) : undefined;
  if (plan === undefined || plan.checks.length === 0) return [];
  const count = field.count === undefined ? undefined : scope.term(field.count);
  const number = count ?? (type.kind === 'array' ? constant(BigInt(type.length)) : undefined);
  return number === undefined
    ? []
    : [{ ...common, errno: null, kind: 'array', stride: plan.size, count: number, plan }];
}
