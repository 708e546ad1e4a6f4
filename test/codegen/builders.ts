import type { Alias, Enumeration, Ioctl, Macro, SetValue } from '../../src/model/declaration.ts';
import type { Expression } from '../../src/model/expression.ts';
import type { AnyDeclaration, Interface, Model } from '../../src/model/model.ts';
import { always } from '../../src/model/release.ts';
import { integer, noSpan, model as plainModel } from '../layout/builders.ts';

export * from '../layout/builders.ts';

const declaration = { doc: '', span: noSpan, interface: 'test', availability: always, order: 0 };

/** The interface that all declarations of these models belong to. */
export const testInterface: Interface = {
  name: 'test',
  doc: 'An interface for tests.',
  files: ['test.yaml'],
  kernel: { major: 6, minor: 12, patch: 117 },
  header: { path: 'linux/test.h', guard: '_UAPI_LINUX_TEST_H', includes: ['linux/ioctl.h', 'linux/types.h'] },
  imports: [],
};

/** Puts declarations, in the order of the text, into a model of one interface. */
export function modelOf(...declarations: readonly AnyDeclaration[]): Model {
  const ordered = declarations.map((each, order) => ({ ...each, order }));
  const pick = <K extends AnyDeclaration['kind']>(
    ...kinds: readonly K[]
  ): ReadonlyMap<string, Extract<AnyDeclaration, { kind: K }>> =>
    new Map(
      ordered
        .filter((each): each is Extract<AnyDeclaration, { kind: K }> & { order: number } =>
          kinds.some((kind) => kind === each.kind),
        )
        .map((each) => [each.name, each]),
    );
  return plainModel([], {
    interfaces: new Map([['test', testInterface]]),
    structs: new Map(
      ordered.flatMap((each) =>
        each.kind === 'struct' || each.kind === 'union' || each.kind === 'registers'
          ? [[each.name, each]]
          : [],
      ),
    ),
    flags: pick('flags'),
    enums: pick('enum'),
    constants: pick('constant'),
    macros: pick('macro'),
    aliases: pick('alias'),
    ioctls: pick('ioctl'),
    variants: pick('variants'),
    chains: pick('chain'),
  });
}

export function setValue(name: string, value: bigint, more: Partial<SetValue> = {}): SetValue {
  const plain = {
    expression: null,
    doc: '',
    span: noSpan,
    availability: always,
    role: 'member',
    suffix: '',
  } as const;
  return { ...plain, name, value, ...more };
}

export function enumeration(
  name: string,
  values: readonly SetValue[],
  more: Partial<Enumeration> = {},
): Enumeration {
  return { ...declaration, kind: 'enum', name, c: 'enum', type: 'u32', prefix: '', values, ...more };
}

export function macro(
  name: string,
  parameters: readonly string[],
  body: Expression,
  more: Partial<Macro> = {},
): Macro {
  return { ...declaration, kind: 'macro', name, parameters, body, beside: null, ...more };
}

export function alias(name: string, target: string, deprecated = false): Alias {
  return { ...declaration, kind: 'alias', name, target, deprecated };
}

export function ioctl(name: string, nr: number, more: Partial<Ioctl> = {}): Ioctl {
  return {
    ...declaration,
    kind: 'ioctl',
    name,
    fds: ['test'],
    encoding: '_IO',
    type: { value: 0x3bn, expression: { kind: 'integer', value: 0x3bn, text: '0x3b', span: noSpan } },
    nr: { value: BigInt(nr), expression: integer(nr) },
    argument: { kind: 'none' },
    errors: [],
    returns: '',
    ...more,
  };
}
