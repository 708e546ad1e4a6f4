import fc from 'fast-check';
import type { ShapeSchema } from '../../src/spec/shape.ts';
import type { Json } from './mutations.ts';

const names = fc.constantFrom('a', 'b', 'c', 'd', 'A', 'B', 'C', 'D', 'flags', 'size');
const texts = fc.oneof(
  names,
  fc.constantFrom(
    'u8',
    'u32',
    'u64',
    'aligned_u64',
    'u8[4]',
    'u32[]',
    'a[2]',
    'b',
    'u8[A]',
    'sizeof(self)',
    'count(a)',
    'A | B',
  ),
  fc.constantFrom(
    'a == 1',
    'flags.a',
    '6.12',
    '6.12.117',
    '7:0',
    'EINVAL',
    'unchecked',
    'bytes',
    'a + b',
    'env.x',
    'peer.a.b',
    'outer.a',
  ),
);

/** Trees that fit a JSON Schema, with names that often meet each other. */
export function treesOf(root: ShapeSchema): fc.Arbitrary<Json> {
  const arbitrary = (schema: ShapeSchema, depth: number): fc.Arbitrary<Json> => {
    if (schema.$ref !== undefined)
      return arbitrary(root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? {}, depth);
    if (schema.anyOf !== undefined)
      return fc.oneof(...schema.anyOf.map((option) => arbitrary(option, depth)));
    if (schema.const !== undefined) return fc.constant(schema.const as Json);
    if (schema.enum !== undefined) return fc.constantFrom(...(schema.enum as Json[]));
    if (schema.pattern?.includes('E[A-Z')) return fc.constantFrom('EINVAL', 'EFAULT', 'EWHAT');
    if (schema.pattern !== undefined) return fc.constantFrom('7:0', '3:1', '31:8');
    const kinds = [schema.type ?? 'string'].flat();
    return fc.oneof(...kinds.map((kind) => ofKind(kind, schema, depth)));
  };
  const ofKind = (kind: string, schema: ShapeSchema, depth: number): fc.Arbitrary<Json> => {
    switch (kind) {
      case 'object':
        return ofObject(schema, depth);
      case 'array':
        return fc.array(lazy(schema.items ?? {}, depth + 1), {
          minLength: schema.minItems ?? 0,
          maxLength: depth > 5 ? 1 : 3,
        });
      case 'integer':
        return fc.oneof(fc.nat(9), fc.constantFrom(8, 16, 64, 255, 4096, -1, 2 ** 40));
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      default:
        return texts;
    }
  };
  const ofObject = (schema: ShapeSchema, depth: number): fc.Arbitrary<Json> => {
    if (typeof schema.additionalProperties === 'object') {
      const key = schema.propertyNames === undefined ? names : fc.constantFrom('EINVAL', 'EFAULT');
      return fc.dictionary(key, lazy(schema.additionalProperties, depth + 1), { maxKeys: 3 });
    }
    const all = Object.entries(schema.properties ?? {});
    const deep = depth > 6 ? all.filter(([key]) => schema.required?.includes(key)) : all;
    const optional =
      depth === 0
        ? fc.subarray(deep, { minLength: 6 })
        : fc.subarray(deep, { maxLength: Math.min(5, deep.length) });
    return optional.chain((chosen) => {
      const wanted = all.filter(
        ([key]) => schema.required?.includes(key) || chosen.some(([one]) => one === key),
      );
      return fc.record(Object.fromEntries(wanted.map(([key, value]) => [key, lazy(value, depth + 1)])));
    });
  };
  const lazy = (schema: ShapeSchema, depth: number): fc.Arbitrary<Json> =>
    fc.constant(null).chain(() => arbitrary(schema, depth));
  return arbitrary(root, 0);
}
