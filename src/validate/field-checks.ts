import type { BitField } from '../model/bits.ts';
import type { Enumeration, FlagSet } from '../model/declaration.ts';
import type { Errno } from '../model/errno.ts';
import type { Model } from '../model/model.ts';
import type { SetUse } from '../model/set-use.ts';
import { type Place, placeEnd, placeOfBits, placeOfMember } from '../plan/place.ts';
import type { Check, Test, TestCheck } from './plan.ts';
import type { IssueCode } from './report.ts';
import type { Site } from './sites.ts';

/** Where checks stand in the kernel's order: the rule that asks for them, or the field alone. */
export interface Asked {
  readonly id: string;
  /** What a check answers for which the field itself says nothing; null: the kernel does not check. */
  readonly errno: Errno | null;
}

/** The checks that a field's own attributes ask for and that its bytes decide. */
export function fieldChecks(
  model: Model,
  site: Site,
  asked: Asked,
  tags: ReadonlySet<string>,
): readonly Check[] {
  const { field, member, condition } = site;
  // A condition that nobody can decide leaves nothing to check.
  if (condition === undefined || (condition?.kind === 'constant' && condition.value === 0n)) return [];
  const whole = placeOfMember(member, { ...site, order: site.frame.order }, site.scope.around.abi);
  const make = (code: IssueCode, errno: Errno | null, test: Test, place: Place | undefined): Check => ({
    id: asked.id,
    condition,
    errno: errno ?? asked.errno,
    kind: 'test',
    code,
    path: place?.path ?? site.path,
    offset: place?.offset ?? site.offset,
    length: place?.bytes ?? member.size ?? 0,
    test,
  });
  const checks: Check[] = [];
  if (field.reserved !== undefined && !field.reserved.padding && member.kind === 'field' && member.size) {
    const test = { kind: 'zero', offset: site.offset, length: member.size } as const;
    checks.push(make('reserved-set', field.reserved.errno, test, whole));
  }
  if (whole === undefined) return checks;
  if (field.flags !== undefined)
    checks.push(make('unknown-flags', field.flags.unknown, mask(model, field.flags, whole), whole));
  if (field.enumeration !== undefined && !(field.enumeration.unknown === null && tags.has(site.path))) {
    checks.push(
      make('unknown-value', field.enumeration.unknown, values(model, field.enumeration, whole), whole),
    );
  }
  if (field.range !== undefined) {
    const [first, last] = [site.scope.term(field.range.first), site.scope.term(field.range.last)];
    if (first && last)
      checks.push(
        make('out-of-range', field.range.errno, { kind: 'range', place: whole, first, last }, whole),
      );
  }
  if (site.frame.layout.kind === 'registers') return checks;
  for (const bits of field.bits ?? []) checks.push(...bitChecks(bits, whole));
  return checks;

  function bitChecks(bits: BitField, around: Place): readonly Check[] {
    const place = placeOfBits(around, bits);
    const found: Check[] = [];
    const { enumeration, flags } = bits;
    if (flags !== undefined)
      found.push(make('unknown-flags', flags.unknown, mask(model, flags, place), place));
    if (enumeration !== undefined && !(enumeration.unknown === null && tags.has(place.path))) {
      found.push(make('unknown-value', enumeration.unknown, values(model, enumeration, place), place));
    }
    if (bits.reserved && asked.errno === null) {
      found.push(make('reserved-set', null, { kind: 'mask', place, allowed: 0n, set: null }, place));
    }
    return found;
  }
}

function mask(model: Model, use: SetUse, place: Place): Test {
  const known = membersOf(model.flags.get(use.name));
  const width = (1n << BigInt(place.width)) - 1n;
  return {
    kind: 'mask',
    place,
    allowed: known.reduce((all, value) => all | value, 0n) & width,
    set: use.name,
  };
}

function values(model: Model, use: SetUse, place: Place): Test {
  const known = membersOf(model.enums.get(use.name) ?? model.flags.get(use.name));
  const cut = known.map((value) =>
    place.signed ? BigInt.asIntN(place.width, value) : BigInt.asUintN(place.width, value),
  );
  return {
    kind: 'values',
    place,
    values: [...new Set(cut)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
    set: use.name,
  };
}

function membersOf(set: FlagSet | Enumeration | undefined): readonly bigint[] {
  return (set?.values ?? []).filter(({ role }) => role !== 'bound').map(({ value }) => value);
}

/** The bytes that a test reads end here. */
export function endOfTest({ test, offset, length }: TestCheck): number {
  if (test.kind !== 'holds') return offset + length;
  return Math.max(0, ...test.operands.map(placeEnd));
}
