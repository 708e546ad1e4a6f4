import type { Abi } from '../../../src/layout/abi.ts';
import { layOut } from '../../../src/layout/layout.ts';
import type { Layout } from '../../../src/layout/member.ts';
import type { Field } from '../../../src/model/field.ts';
import type { Model } from '../../../src/model/model.ts';
import type { Type } from '../../../src/model/type.ts';

/** A value of a struct with the bytes that our codec makes of it. */
export interface Sample {
  readonly model: Model;
  readonly struct: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly bytes: Uint8Array;
}

/** A member of a struct in C, with the integer that it must hold. */
interface Cell {
  readonly place: string;
  readonly value: bigint;
  readonly pointer: boolean;
}

/**
 * A C program that fills each struct member by member and compares its bytes with ours, then reads our bytes member
 * by member and compares the values: it prints a line for each difference, and the number of members at the end.
 */
export function witnessProgram(samples: readonly Sample[], headers: readonly string[], abi: Abi): string {
  const functions = samples.map((sample, i) => witnessFunction(sample, i, abi));
  return [
    '#include <stdio.h>\n#include <string.h>\n#include <stdint.h>\n#include <linux/types.h>',
    ...headers.map((header) => `#include <${header}>`),
    'static unsigned long members, differences;',
    'static void differ(const char *what, const char *place) { printf("%s %s\\n", what, place); differences++; }',
    '#define READ(place, literal) do { members++; if ((place) != (literal)) differ("read", #place); } while (0)',
    ...functions,
    `int main(void) {\n${samples.map((_, i) => `  sample${i}();`).join('\n')}`,
    '  printf("%lu members, %lu differences\\n", members, differences);\n  return 0;\n}\n',
  ].join('\n');
}

function witnessFunction({ model, struct, value, bytes }: Sample, index: number, abi: Abi): string {
  const layout = layOut(model, struct, abi);
  const cells = cellsOf(model, layout, value, 's->');
  const kind = model.structs.get(struct)?.kind ?? 'struct';
  const writes = cells.map(
    ({ place, value: number, pointer }) => `  ${place} = ${literal(number, pointer, place)};`,
  );
  const reads = cells.map(
    ({ place, value: number, pointer }) => `  READ(${place}, ${literal(number, pointer, place)});`,
  );
  const room = Math.max(bytes.length, layout.minSize, 1);
  return [
    `static void sample${index}(void) {`,
    `  static unsigned char written[${room}] __attribute__((aligned(16)));`,
    `  static unsigned char ours[${room}] __attribute__((aligned(16))) = {${[...bytes].join(',') || '0'}};`,
    `  ${kind} ${struct} *s = (${kind} ${struct} *)written;`,
    ...writes,
    `  if (memcmp(written, ours, ${bytes.length})) differ("bytes of", "${struct}, sample ${index}");`,
    `  s = (${kind} ${struct} *)ours;`,
    ...reads,
    '}',
  ].join('\n');
}

/** Every integer of a value with its place in C. */
function cellsOf(
  model: Model,
  layout: Layout,
  value: Readonly<Record<string, unknown>>,
  prefix: string,
): Cell[] {
  return layout.members.flatMap((member): Cell[] => {
    if (member.kind === 'hole' || member.kind === 'padding') return [];
    if (member.name === null) {
      return member.kind === 'field' && member.nested !== null
        ? cellsOf(model, member.nested, value, prefix)
        : [];
    }
    const held = value[member.name];
    if (held === undefined) return [];
    const nested = member.kind === 'field' ? member.nested : null;
    return cellsOfType(model, member.type, member.field, nested, held, prefix + member.name);
  });
}

function cellsOfType(
  model: Model,
  type: Type,
  field: Field,
  nested: Layout | null,
  value: unknown,
  place: string,
): Cell[] {
  switch (type.kind) {
    case 'scalar':
      return [{ place, value: integerOf(value, field), pointer: false }];
    case 'pointer':
      return [{ place, value: value as bigint, pointer: true }];
    case 'array':
    case 'flexible': {
      const elements = value instanceof Uint8Array ? [...value] : (value as readonly unknown[]);
      return elements.flatMap((element, i) =>
        cellsOfType(model, type.element, field, nested, element, `${place}[${i}]`),
      );
    }
    case 'named':
      return nested === null ? [] : cellsOf(model, nested, value as Record<string, unknown>, `${place}.`);
  }
}

/** The integer of a field, put together where it is decoded into ranges of bits. */
function integerOf(value: unknown, field: Field): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return BigInt(value);
  const ranges = value as Readonly<Record<string, number | bigint>>;
  return (field.bits ?? []).reduce(
    (sum, { name, low }) => sum | (BigInt(ranges[name] ?? 0) << BigInt(low)),
    BigInt(ranges['rest'] ?? 0),
  );
}

function literal(value: bigint, pointer: boolean, place: string): string {
  if (pointer) return `(void *)(uintptr_t)${value}ULL`;
  // The type of the member decides: a negative value of a signed one, all bits of an unsigned one.
  return value < 0n ? `(__typeof__(${place}))(-${-value - 1n}LL - 1)` : `(__typeof__(${place}))${value}ULL`;
}

/** Structs of a model whose values C can hold: those of its own interface that stand on their own. */
export function witnessStructs(model: Model): readonly string[] {
  return [...model.structs.values()]
    .filter((struct) => !struct.inline && struct.kind !== 'registers' && struct.interface === model.root)
    .map((struct) => struct.name);
}
