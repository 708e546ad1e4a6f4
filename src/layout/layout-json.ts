import type { JsonValue } from '../base/json.ts';
import type { Type } from '../model/type.ts';
import { formatAbi } from './abi.ts';
import { formatExpression } from './expression-text.ts';
import { untagged } from './flatten.ts';
import type { FieldMember, Layout, Member } from './member.ts';

/**
 * A layout as JSON: offsets from the start of the outermost struct and sizes in bytes; what depends on the
 * contents is null. Members of structs and unions declared in place are nested, those of others are left out.
 */
export function layoutJson(layout: Layout): JsonValue {
  return {
    name: layout.name,
    kind: layout.kind,
    abi: formatAbi(layout.abi),
    size: layout.size,
    minSize: layout.minSize,
    align: layout.align,
    members: membersJson(layout, 0, []),
  };
}

/** A type as the schema writes it: `u32`, `u8[16]`, `iommu_iova_range[]`, `void*`. */
export function formatType(type: Type): string {
  let suffix = '';
  let inner = type;
  for (;;) {
    switch (inner.kind) {
      case 'scalar':
      case 'named':
        return `${inner.name}${suffix}`;
      case 'pointer':
        if (inner.target === null) return `void*${suffix}`;
        suffix = `*${suffix}`;
        inner = inner.target;
        break;
      case 'array':
        suffix += `[${inner.length}]`;
        inner = inner.element;
        break;
      case 'flexible':
        suffix += '[]';
        inner = inner.element;
        break;
    }
  }
}

function membersJson(layout: Layout, base: number | null, prefix: readonly string[]): JsonValue[] {
  return layout.members.map((member) => memberJson(member, base, prefix));
}

function memberJson(member: Member, base: number | null, prefix: readonly string[]): JsonValue {
  const offset = base === null || member.offset === null ? null : base + member.offset;
  if (member.kind === 'hole' || member.kind === 'padding') {
    const { kind, size, bitOffset, bitWidth } = member;
    const wholeBytes = bitOffset === 0 && bitWidth === size * 8;
    return { kind, offset, size, ...(wholeBytes ? {} : { bitOffset, bitWidth }) };
  }
  const path = [...prefix, ...member.path];
  const common = {
    kind: member.kind,
    name: member.name,
    path: member.name === null ? null : path.join('.'),
    offset,
    size: member.size,
    type: formatType(member.type),
    ...(member.condition === null ? {} : { condition: formatExpression(member.condition) }),
  };
  if (member.kind === 'bits') return { ...common, bitOffset: member.bitOffset, bitWidth: member.bitWidth };
  return {
    ...common,
    ...(member.at === null ? {} : { at: formatExpression(member.at) }),
    ...(untagged(member) ? { members: membersJson(member.nested, offset, path) } : {}),
    ...bitsJson(member),
  };
}

/** The named bits of a register or packed integer. */
function bitsJson(member: FieldMember): { bits?: JsonValue } {
  const bits = member.field.bits ?? [];
  if (bits.length === 0) return {};
  return { bits: bits.map(({ name, low, high }) => ({ name, low, high })) };
}
