import { formatExpression } from '../../src/layout/expression-text.ts';
import type { Struct, VariantMembership, VariantSet } from '../../src/model/declaration.ts';
import { scalars } from '../../src/model/type.ts';
import { declaredBy } from '../scope.ts';
import { literalText } from './code.ts';
import { docComment } from './doc.ts';
import type { StructFacts } from './facts.ts';
import type { Module } from './module.ts';
import { LocalNames } from './names.ts';
import { planOf } from './plan.ts';
import { readScalar, unsigned } from './scalar.ts';
import { FunctionScope } from './scope.ts';

type AbiName = 'lp64' | 'ilp32' | 'i386';

interface Member {
  readonly struct: Struct;
  readonly membership: VariantMembership;
}

/** Prints the variant sets of a file's interface, and those of others that it adds members to. */
export function printVariants(module: Module): void {
  for (const set of [...module.model.variants.values()].sort((a, b) => a.order - b.order)) {
    const members = membersOf(module, set, module.owner.name);
    if (set.interface !== module.owner.name && members.length === 0) continue;
    if (module.endian === 'little') printType(module, set, members);
    for (const { facts, suffix } of abisOf(module, set, module.owner.name)) {
      printDecode(module, set, members, facts, suffix);
      printEncode(module, set, members, facts, suffix);
    }
  }
}

/** Structs of an interface that are members of a set; those with conditions before those without. */
function membersOf(module: Module, set: VariantSet, owner: string): readonly Member[] {
  const all = declaredBy(module.model.structs, owner).flatMap((struct) => {
    return struct.memberOf
      .filter((membership) => membership.set === set.name)
      .map((membership) => ({ struct, membership }));
  });
  const conditional = all.filter(({ membership }) => membership.condition !== undefined);
  return [...conditional, ...all.filter((member) => !conditional.includes(member))];
}

/** The abis on which some member has a codec of its own. */
function abisOf(
  module: Module,
  set: VariantSet,
  owner: string,
): readonly { facts: StructFacts; suffix: string }[] {
  const seen = new Set<string>();
  return (['lp64', 'ilp32', 'i386'] as const).flatMap((abi) => {
    const suffix = suffixOf(module, set, owner, abi);
    if (seen.has(suffix)) return [];
    seen.add(suffix);
    return [{ facts: module.abis[abi], suffix }];
  });
}

function suffixOf(module: Module, set: VariantSet, owner: string, abi: AbiName): string {
  const owners = owner === set.interface ? [owner] : [owner, set.interface];
  const structs = owners.flatMap((each) => membersOf(module, set, each)).map(({ struct }) => struct.name);
  const suffixes = structs.map((struct) => module.abis.suffix(abi, struct));
  return suffixes.find((suffix) => suffix === 'I386') ?? suffixes.find((suffix) => suffix !== '') ?? '';
}

function kinds(members: readonly Member[]): readonly Struct[] {
  return [...new Set(members.map(({ struct }) => struct))];
}

function printType(module: Module, set: VariantSet, members: readonly Member[]): void {
  const { printer, names } = module;
  const name = names.variant(set.name);
  printer.blank();
  printer.lines(
    docComment(`${set.doc}\n\n(Variants ${set.name}: kind is the name of the member's struct.)`, 0),
  );
  const last =
    set.interface === module.owner.name
      ? module.runtimeType('RawVariant')
      : module.type(`${name} as Base${name}`, set.interface).replace(/^.* as /, '');
  printer.line(`export type ${name} =`);
  printer.indented(() => {
    for (const struct of kinds(members))
      printer.line(
        `| { readonly kind: '${struct.name}'; readonly value: ${module.structType(struct.name)} }`,
      );
    printer.line(`| ${last};`);
  });
}

function tagParameters(set: VariantSet): readonly { name: string; type: string; declared: string }[] {
  const locals = new LocalNames(['view', 'offset', 'end', 'context', 'limit']);
  return set.tags.map((tag) => ({
    name: locals.uniqueName(tag.name),
    type: scalars[tag.type].bytes === 8 ? 'bigint' : 'number',
    declared: tag.name,
  }));
}

function typeOf(module: Module, set: VariantSet): string {
  return module.type(module.names.variant(set.name), module.owner.name);
}

function printDecode(
  module: Module,
  set: VariantSet,
  members: readonly Member[],
  facts: StructFacts,
  suffix: string,
): void {
  const { printer, names } = module;
  const tags = tagParameters(set);
  const parameters = [
    ...tags.map(({ name, type }) => `${name}: ${type}`),
    'view: DataView',
    'offset = 0',
    'end = view.byteLength',
    `context?: ${module.runtimeType('CodecContext')}`,
  ];
  const name = names.variant(set.name);
  printer.blank();
  printer.lines(
    docComment(`Reads the member of ${set.name} that the tags choose from the bytes up to end.`, 0, [
      '@throws DecodeError if bytes are missing',
    ]),
  );
  printer.line(`export function decode${name}${suffix}(`);
  printer.indented(() => printer.lines(parameters.map((each) => `${each},`)));
  printer.line(`): ${typeOf(module, set)} {`);
  printer.indented(() => {
    const base = set.interface !== module.owner.name;
    if (members.length === 0 && !base) printer.lines(tags.map(({ name: tag }) => `void ${tag};`));
    for (const member of members) printMember(module, member, tags, facts);
    if (!base) {
      if (members.length === 0) printer.line('void context;');
      printer.line(`return ${module.runtime('rawVariant')}('${set.name}', view, offset, end);`);
      return;
    }
    const call = baseFunction(module, set, 'decode', facts);
    printer.line(
      `return ${call}(${[...tags.map((tag) => tag.name), 'view', 'offset', 'end', 'context'].join(', ')});`,
    );
  });
  printer.line('}');
}

/** The function of the interface that declares the set, under a name of its own. */
function baseFunction(module: Module, set: VariantSet, verb: string, facts: StructFacts): string {
  const suffix = suffixOf(module, set, set.interface, facts.abi.name);
  const name = `${verb}${module.names.variant(set.name)}${suffix}`;
  const alias = `${verb}Base${module.names.variant(set.name)}${suffix}`;
  module.exported(`${name} as ${alias}`, set);
  return alias;
}

function printMember(
  module: Module,
  member: Member,
  tags: ReturnType<typeof tagParameters>,
  facts: StructFacts,
): void {
  const { printer } = module;
  const { struct, membership } = member;
  const tests = membership.tags.flatMap((tag, i) => {
    const parameter = tags[i];
    if (tag === null || parameter === undefined) return [];
    const value = facts.constant(tag, null) ?? 0n;
    const note = tag.kind === 'integer' ? '' : ` /* ${formatExpression(tag).replace(/\*\//g, '')} */`;
    return [`${parameter.name} === ${literalText(value, parameter.type === 'number')}${note}`];
  });
  const codec = module.codecPart(struct.name, facts, '', 'Codec');
  const done = `return { kind: '${struct.name}', value: ${codec}.decode(view, offset, end, context) };`;
  if (membership.condition === undefined) {
    printer.line(tests.length === 0 ? done : `if (${tests.join(' && ')}) {`);
    if (tests.length === 0) return;
    printer.indented(() => printer.line(done));
    printer.line('}');
    return;
  }
  const plan = planOf(struct.name, facts);
  const scope = new FunctionScope(module, plan, false, [
    { expression: membership.condition, scopes: [struct.name], auto: false },
  ]);
  const reads = [...scope.references.values()].flatMap((reference) => {
    const place = FunctionScope.tailPlace(reference, plan);
    return place === undefined
      ? []
      : [
          {
            ...place,
            name: reference.name,
            bits: (reference.tail.at(-1)?.field ?? reference.item.field).bits !== undefined,
          },
        ];
  });
  const needed = Math.max(0, ...reads.map(({ delta, scalar }) => delta + scalar.bytes));
  if (needed > 0) tests.push(`offset >= 0 && offset + ${needed} <= Math.min(end, view.byteLength)`);
  printer.line(`if (${tests.length === 0 ? 'true' : tests.join(' && ')}) {`);
  printer.indented(() => {
    for (const { name, delta, scalar, bits } of reads) {
      printer.line(
        `const ${name} = ${readScalar(bits ? unsigned(scalar) : scalar, delta === 0 ? 'offset' : `offset + ${delta}`)};`,
      );
    }
    printer.line(
      `if (${scope.condition(membership.condition ?? { kind: 'integer', value: 1n, text: '1', span: struct.span }, [struct.name])}) {`,
    );
    printer.indented(() => printer.line(done));
    printer.line('}');
  });
  printer.line('}');
}

function printEncode(
  module: Module,
  set: VariantSet,
  members: readonly Member[],
  facts: StructFacts,
  suffix: string,
): void {
  const { printer, names } = module;
  const name = names.variant(set.name);
  const base = set.interface !== module.owner.name;
  printer.blank();
  printer.lines(
    docComment(`Writes a member of ${set.name}.`, 0, [
      '@returns the number of bytes',
      '@throws EncodeError if a value or the room does not fit',
    ]),
  );
  printer.line(`export function encode${name}${suffix}(`);
  printer.indented(() =>
    printer.lines([
      `variant: ${typeOf(module, set)},`,
      'view: DataView,',
      'offset = 0,',
      `context?: ${module.runtimeType('CodecContext')},`,
    ]),
  );
  printer.line('): number {');
  printer.indented(() => {
    printer.line('switch (variant.kind) {');
    printer.indented(() => {
      for (const struct of kinds(members)) {
        printer.line(`case '${struct.name}':`);
        const codec = module.codecPart(struct.name, facts, '', 'Codec');
        printer.indented(() =>
          printer.line(`return ${codec}.encodeTyped(variant.value, view, offset, context);`),
        );
      }
      printer.line('default:');
      printer.indented(() => {
        if (base)
          printer.line(
            `return ${baseFunction(module, set, 'encode', facts)}(variant, view, offset, context);`,
          );
        else printer.line(`return ${module.runtime('encodeRaw')}('${set.name}', variant, view, offset);`);
      });
    });
    printer.line('}');
  });
  printer.line('}');
}
