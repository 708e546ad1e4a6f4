import type { Struct } from '../../src/model/declaration.ts';
import type { Field } from '../../src/model/field.ts';
import type { Model } from '../../src/model/model.ts';
import { type ScalarName, scalars, type Type } from '../../src/model/type.ts';

/** Typedefs of all scalars, so that no header is needed. */
export const typedefs: string = (Object.keys(scalars) as ScalarName[])
  .filter((name) => name !== 'char')
  .map((name) => {
    const { bytes, signed, align8 } = scalars[name];
    const base = { 1: 'char', 2: 'short', 4: 'int', 8: 'long long' }[bytes];
    const attribute = align8 ? ' __attribute__((aligned(8)))' : '';
    return `typedef ${signed ? 'signed' : 'unsigned'} ${base} my_${name}${attribute};`;
  })
  .join('\n');

/** The C text of a struct; `attribute` is repeated on every struct and union in it. */
export function cStruct(model: Model, struct: Struct, attribute: string): string {
  return `${cBody(model, struct, struct.name, attribute)};`;
}

function cBody(model: Model, struct: Struct, tag: string, attribute: string): string {
  const attributes = [
    ...(struct.packed ? ['packed'] : []),
    ...(struct.aligned === undefined ? [] : [`aligned(${struct.aligned})`]),
    ...(attribute === '' ? [] : [attribute]),
  ];
  const fields = struct.fields.map((field) => cField(model, field, attribute)).join(' ');
  return `${struct.kind} ${tag} { ${fields} } __attribute__((${attributes.join(', ')}))`;
}

function cField(model: Model, field: Field, attribute: string): string {
  const { base, suffix } = declarator(model, field.type, attribute);
  const width = field.bitWidth === undefined ? '' : `:${field.bitWidth}`;
  const aligned = field.aligned === undefined ? '' : ` __attribute__((aligned(${field.aligned})))`;
  return `${base} ${field.name ?? ''}${suffix}${width}${aligned};`;
}

function declarator(model: Model, type: Type, attribute: string): { base: string; suffix: string } {
  switch (type.kind) {
    case 'scalar':
      return { base: type.name === 'char' ? 'char' : `my_${type.name}`, suffix: '' };
    case 'pointer':
      return { base: 'void *', suffix: '' };
    case 'array': {
      const element = declarator(model, type.element, attribute);
      return { base: element.base, suffix: `[${type.length}]${element.suffix}` };
    }
    case 'flexible': {
      const element = declarator(model, type.element, attribute);
      return { base: element.base, suffix: `[]${element.suffix}` };
    }
    case 'named': {
      const struct = model.structs.get(type.name);
      if (struct === undefined) throw new Error(`no struct ${type.name}`);
      const base = struct.inline ? cBody(model, struct, '', attribute) : `${struct.kind} ${struct.name}`;
      return { base, suffix: '' };
    }
  }
}
