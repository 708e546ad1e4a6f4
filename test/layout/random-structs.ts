import fc from 'fast-check';
import type { Struct } from '../../src/model/declaration.ts';
import type { Field } from '../../src/model/field.ts';
import type { Model } from '../../src/model/model.ts';
import { type ScalarName, scalars, type Type } from '../../src/model/type.ts';
import { array, field, flexible, model, named, scalar, struct } from './builders.ts';

interface Shape {
  readonly fields: readonly FieldShape[];
  readonly union: boolean;
  readonly packed: boolean;
  readonly aligned: number | null;
}

type FieldShape = { readonly aligned: number | null } & (
  | { readonly kind: 'scalar'; readonly scalar: ScalarName; readonly length: number | null }
  | { readonly kind: 'pointer' }
  | { readonly kind: 'bits'; readonly scalar: ScalarName; readonly width: number; readonly named: boolean }
  | { readonly kind: 'nested'; readonly index: number; readonly length: number | null }
  | { readonly kind: 'inline'; readonly shape: Shape; readonly named: boolean }
);

const scalarNames = Object.keys(scalars) as ScalarName[];
const scalarName = fc.constantFrom(...scalarNames);
const integerName = fc.constantFrom(...scalarNames.filter((name) => name !== 'char'));
const aligned = fc.option(fc.constantFrom(1, 2, 4, 8, 16), { freq: 8 });
const length = fc.option(fc.integer({ min: 1, max: 5 }), { freq: 2 });

const bits = integerName
  .chain((name) => fc.record({ scalar: fc.constant(name), width: fc.nat(scalars[name].bytes * 8) }))
  .chain((shape) =>
    fc.record({
      kind: fc.constant('bits' as const),
      scalar: fc.constant(shape.scalar),
      width: fc.constantFrom(shape.width, shape.width % 9),
      named: fc.nat(4).map((n) => n > 0),
      aligned,
    }),
  );

const { fieldShape } = fc.letrec<{ inner: Shape; fieldShape: FieldShape }>((tie) => ({
  inner: fc.record({
    fields: fc.array(tie('fieldShape'), { minLength: 1, maxLength: 4, depthIdentifier: 'struct' }),
    union: fc.boolean(),
    packed: fc.nat(5).map((n) => n === 0),
    aligned,
  }),
  fieldShape: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'struct' },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('scalar' as const), scalar: scalarName, length, aligned }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pointer' as const), aligned }) },
    { weight: 5, arbitrary: bits },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('nested' as const), index: fc.nat(), length, aligned }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('inline' as const),
        shape: tie('inner'),
        named: fc.boolean(),
        aligned,
      }),
    },
  ),
}));

const outer = fc.record({
  shape: fc.record({
    fields: fc.array(fieldShape, { minLength: 1, maxLength: 8 }),
    union: fc.nat(4).map((n) => n === 0),
    packed: fc.nat(4).map((n) => n === 0),
    aligned,
  }),
  tail: fc.option(scalarName, { freq: 6 }),
});

/** Models of three structs named `prefix0` to `prefix2`, of which later ones contain earlier ones. */
export function randomModels(prefix: string): fc.Arbitrary<Model> {
  return fc.array(outer, { minLength: 3, maxLength: 3 }).map((shapes) => {
    const structs: Struct[] = [];
    const closed: string[] = [];
    shapes.forEach(({ shape, tail }, index) => {
      const structName = `${prefix}${index}`;
      const built = build(structName, shape, closed, structs);
      if (tail === null || shape.union) {
        structs.push(built);
        closed.push(structName);
        return;
      }
      const fields = [field('first', 'u8'), ...built.fields, field('tail', flexible(scalar(tail)))];
      structs.push({ ...built, fields });
    });
    return model(structs);
  });
}

function build(structName: string, shape: Shape, closed: readonly string[], structs: Struct[]): Struct {
  const tag = structName.replaceAll('::', '_');
  const fields = shape.fields.map((one, index) => {
    return buildField(structName, `${tag}_${index}`, one, { closed, structs });
  });
  return struct(structName, fields, {
    kind: shape.union ? 'union' : 'struct',
    packed: shape.packed,
    ...(shape.aligned === null ? {} : { aligned: shape.aligned }),
  });
}

function buildField(
  structName: string,
  fieldName: string,
  one: FieldShape,
  { closed, structs }: { closed: readonly string[]; structs: Struct[] },
): Field {
  const more = one.aligned === null ? {} : { aligned: one.aligned };
  switch (one.kind) {
    case 'scalar':
      return field(fieldName, sized(scalar(one.scalar), one.length), more);
    case 'pointer':
      return field(fieldName, { kind: 'pointer', target: null }, more);
    case 'bits': {
      const bitName = one.named && one.width > 0 ? fieldName : null;
      return field(bitName, scalar(one.scalar), { ...more, bitWidth: one.width });
    }
    case 'nested': {
      const target = closed[one.index % Math.max(1, closed.length)];
      return field(fieldName, target === undefined ? scalar('u16') : sized(named(target), one.length), more);
    }
    case 'inline': {
      const innerName = `${structName}::${fieldName}`;
      structs.push(build(innerName, one.shape, closed, structs));
      // C has no place for the alignment of an anonymous member apart from that of its type.
      return one.named ? field(fieldName, named(innerName), more) : field(null, named(innerName));
    }
  }
}

function sized(type: Type, elements: number | null): Type {
  return elements === null ? type : array(type, elements);
}
