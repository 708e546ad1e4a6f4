import { formatExpression } from '../../src/layout/expression-text.ts';
import { endOfField } from '../../src/layout/flatten.ts';
import type { ChainMember } from '../../src/plan/members.ts';
import type { Printer } from '../printer.ts';
import { printMemberTest } from './chain-condition.ts';
import { type AbiChain, dependentIds, regionLast } from './chain-plan.ts';
import { hex } from './chain-walk.ts';
import { docComment } from './doc.ts';
import type { Module } from './module.ts';

/** The type of a chain's decoded elements; the same for all chains with the same set. */
export function elementType(module: Module, { chain }: Pick<AbiChain, 'chain'>): string {
  return module.type(module.names.element(chain.elements), module.owner.name);
}

/** Prints the type of decoded elements. */
export function printElementType(module: Module, { chain, members }: AbiChain): void {
  const { printer, names } = module;
  printer.blank();
  printer.lines(
    docComment(`An element of a chain of ${chain.elements}: kind is the name of its struct, or raw.`, 0),
  );
  printer.line(`export type ${names.element(chain.elements)} =`);
  printer.indented(() => {
    for (const name of structNames(members))
      printer.line(
        `| { readonly kind: '${name}'; readonly offset: number; readonly value: ${module.structType(name)} }`,
      );
    printer.line(`| ${module.runtimeType('RawElement')};`);
  });
}

/** Names of the members' structs, each once. */
export function structNames(members: readonly ChainMember[]): readonly string[] {
  return [...new Set(members.map(({ struct }) => struct.name))];
}

/** The function that reads one element of a set. */
function readerName(module: Module, { chain, suffix }: AbiChain): string {
  return `read${module.names.element(chain.elements)}${suffix}`;
}

/** Prints the function that reads one element as one of the members of its set. */
export function printReader(module: Module, plan: AbiChain): void {
  const { chain, members } = plan;
  const { printer } = module;
  const tests = printTests(module, plan);
  const readable = members.filter((member) => member.condition === undefined || tests.has(member));
  const codes = readable.map(
    ({ struct, condition }) => condition !== undefined || module.abis.lp64.usesContext(struct.name),
  );
  const usesContext = codes.some(Boolean);
  printer.blank();
  const unread = structNames(members.filter((member) => !readable.includes(member)));
  const note =
    unread.length === 0
      ? ''
      : ` Elements are never read as ${unread.join(', ')}: whether they are that depends on fields that not every value has.`;
  printer.lines(docComment(`Reads an element of ${chain.elements}.${note}`, 0));
  printer.line(`function ${readerName(module, plan)}(`);
  printer.indented(() =>
    printer.lines([
      'view: DataView,',
      'start: number,',
      `${readable.length > 0 ? 'limit' : '_limit'}: number,`,
      `header: ${module.runtimeType('ChainHeader')},`,
      `problems: ${module.runtimeType('ChainProblem')}[],`,
      `${usesContext ? 'context' : '_context'}?: ${module.runtimeType('CodecContext')},`,
    ]),
  );
  printer.line(`): ${elementType(module, plan)} {`);
  printer.indented(() => printReaderBody(module, plan, readable, tests));
  printer.line('}');
}

function printTests(module: Module, plan: AbiChain): ReadonlyMap<ChainMember, string> {
  const tests = new Map<ChainMember, string>();
  for (const [i, member] of plan.members.entries()) {
    if (member.condition === undefined) continue;
    const before = plan.members.slice(0, i);
    const count = before.filter((one) => one.struct === member.struct && one.condition !== undefined).length;
    const number = count === 0 ? '' : `${count + 1}`;
    const name = `is${module.names.struct(member.struct.name)}Of${module.names.element(plan.chain.elements)}${number}${plan.suffix}`;
    if (printMemberTest(module, member, plan.facts, name)) tests.set(member, name);
  }
  return tests;
}

function printReaderBody(
  module: Module,
  plan: AbiChain,
  readable: readonly ChainMember[],
  tests: ReadonlyMap<ChainMember, string>,
): void {
  const { printer } = module;
  const raw = `${module.runtime('rawElement')}(view, start, header, ${readable.length > 0 ? 'failure' : 'null'}, problems)`;
  if (readable.length === 0) {
    printer.line(`return ${raw};`);
    return;
  }
  const ids = [...new Set(readable.flatMap(({ tags }) => tags.map(({ id }) => id)))];
  const body = (text: Printer, id: number | null): void => {
    let bodies = 0;
    for (const member of readable) {
      const own = member.tags.filter((tag) => tag.id === id || tag.id === null);
      if (own.length === 0) continue;
      const variable = bodies === 0 ? 'body' : `body${bodies + 1}`;
      if (plan.facts.isDynamic(member.struct.name)) bodies++;
      printMember({ module, plan, tests, printer: text, variable }, member, own);
    }
  };
  const usesVersion = readable.some(({ tags }) => tags.some(({ version }) => version !== null));
  const isFixed = readable.some(({ struct }) => !plan.facts.isDynamic(struct.name));
  printer.line(`const { id, ${usesVersion ? 'version, ' : ''}offset${isFixed ? ', length' : ''} } = header;`);
  if (isFixed || tests.size > 0) printer.line('const at = start + offset;');
  printer.line(`let failure: ${module.runtime('BodyFailure')} | null = null;`);
  printer.line('switch (id) {');
  printer.indented(() => {
    for (const id of ids) {
      if (id === null) continue;
      const words = idWords(readable, id, plan);
      printer.line(`case ${hex(id)}: {${words}`);
      printer.indented(() => {
        body(printer, id);
        printer.line('break;');
      });
      printer.line('}');
    }
    if (ids.includes(null)) {
      printer.line('default: {');
      printer.indented(() => body(printer, null));
      printer.line('}');
    }
  });
  printer.line('}');
  printer.line(`return ${raw};`);
}

/** The schema's name of an id, where it has one. */
function idWords(members: readonly ChainMember[], id: number, { facts }: AbiChain): string {
  for (const { memberships } of members) {
    for (const { tags } of memberships) {
      const [tag] = tags;
      if (tag == null || tag.kind === 'integer' || Number(facts.constant(tag, null)) !== id) continue;
      return ` // ${formatExpression(tag)}`;
    }
  }
  return '';
}

interface MemberSite {
  readonly module: Module;
  readonly plan: AbiChain;
  readonly tests: ReadonlyMap<ChainMember, string>;
  readonly printer: Printer;
  /** For the value of a struct whose size depends on its contents. */
  readonly variable: string;
}

/** Prints how an element is read as a member, under its version and condition. */
function printMember(site: MemberSite, member: ChainMember, tags: ChainMember['tags']): void {
  const { plan, tests, printer } = site;
  const { name } = member.struct;
  const minSize = plan.facts.layout(name).minSize;
  const versions = tags.some(({ version }) => version === null)
    ? []
    : [...new Set(tags.map(({ version }) => `version === ${version}`))];
  const test = tests.get(member);
  const conditions = [
    ...(versions.length > 1 && test !== undefined
      ? [`(${versions.join(' || ')})`]
      : versions.length > 0
        ? [versions.join(' || ')]
        : []),
    ...(test === undefined ? [] : [`at + ${minSize} <= limit && ${test}(view, at, context)`]),
  ];
  const read = (): void => {
    if (plan.facts.isDynamic(name)) printDynamic(site, member);
    else printFixed(site, member, minSize);
  };
  if (conditions.length === 0) {
    read();
    return;
  }
  printer.line(`if (${conditions.join(' && ')}) {`);
  printer.indented(read);
  printer.line('}');
}

function printFixed({ module, plan, printer }: MemberSite, member: ChainMember, size: number): void {
  const { struct, memberships, condition } = member;
  const decode = module.codecPart(struct.name, plan.facts, 'decode', '');
  const context = plan.facts.usesContext(struct.name) ? ', context' : '';
  const shortest = memberships.find(({ minThrough }) => minThrough !== undefined)?.minThrough;
  const least = shortest === undefined ? null : endOfField(plan.facts.layout(struct.name), shortest);
  if (least !== null) {
    printer.line(`if (length >= ${least} && length < ${size}) {`);
    const padded = `${module.runtime('paddedView')}(view, at, length, ${size})`;
    printer.indented(() =>
      printer.line(`return { kind: '${struct.name}', offset, value: ${decode}(${padded}, 0${context}) };`),
    );
    printer.line('}');
  }
  printer.line(`if (at + ${size} <= limit) {`);
  printer.indented(() => {
    printer.line(`if (length < ${size}) problems.push({ code: 'overlap', offset });`);
    printer.line(`return { kind: '${struct.name}', offset, value: ${decode}(view, at${context}) };`);
  });
  printer.line('}');
  if (condition === undefined)
    printer.line(`failure ??= new ${module.runtime('BodyFailure')}('truncated-body', offset);`);
}

function printDynamic(
  { module, plan, printer, variable }: MemberSite,
  { struct, condition }: ChainMember,
): void {
  const decode = module.codecPart(struct.name, plan.facts, 'decode', '');
  const measure = module.codecPart(struct.name, plan.facts, 'measure', '');
  const context = plan.facts.usesContext(struct.name) ? ', context' : '';
  const args = `${decode}, ${measure}, view, start, limit, header, problems${context}`;
  const failure = module.runtime('BodyFailure');
  printer.line(`const ${variable} = ${module.runtime('readBody')}(${args});`);
  printer.line(`if (!(${variable} instanceof ${failure})) {`);
  printer.indented(() => printer.line(`return { kind: '${struct.name}', offset, value: ${variable} };`));
  printer.line('}');
  if (condition === undefined) printer.line(`failure ??= ${variable};`);
}

/** Prints the function that decodes a chain. */
export function printDecode(module: Module, plan: AbiChain): void {
  const { chain, suffix } = plan;
  const { printer, names } = module;
  const name = names.chain(chain.name);
  const type = elementType(module, plan);
  const ids = dependentIds(plan);
  const isDependent = ids === null || ids.length > 0;
  const requires = chain.requires !== undefined;
  printer.blank();
  printer.lines(
    docComment(
      `Reads ${chain.name}: ${chain.doc}\n\nNever throws for what is in the bytes: an element that cannot be read as its struct is raw, and \`problems\` says why.`,
      0,
      [
        '@param context values that structs depend on: `outer`, the struct with the head; `peers`, elements of other chains; `env`',
        ...(requires ? [`@param required see {@link walk${name}${plan.walkSuffix}}`] : []),
      ],
    ),
  );
  printer.line(`export function decode${name}${suffix}(`);
  printer.indented(() => {
    printer.lines([
      'view: DataView,',
      'start = 0,',
      'end = view.byteLength,',
      `context?: ${module.runtimeType('CodecContext')},`,
    ]);
    if (requires) printer.line(`required?: readonly ${module.runtimeType('ChainHeader')}[],`);
  });
  printer.line(`): ${module.runtimeType('DecodedChain')}<${type}> {`);
  printer.indented(() => {
    const more = requires ? ', required' : '';
    printer.line(
      `const { elements: headers, problems } = walk${name}${plan.walkSuffix}(view, start, end${more});`,
    );
    const region = regionLast(plan);
    const last = region === null ? '' : `, start + ${hex(region)}`;
    printer.line(`const limit = Math.min(end, view.byteLength${last});`);
    const reader = readerName(module, plan);
    if (!isDependent) {
      printer.line(`const elements: ${type}[] = [];`);
      printer.line('for (const header of headers) {');
      printer.indented(() =>
        printer.line(`elements.push(${reader}(view, start, limit, header, problems, context));`),
      );
      printer.line('}');
      printer.line('return { elements, problems };');
      return;
    }
    printer.line('// Elements depend on others: read once, those that do are read again with them.');
    printer.line(`const elements = ${module.runtime('readTwice')}<${type}>(`);
    printer.indented(() =>
      printer.lines([
        'headers,',
        `(header, found, full) => ${reader}(view, start, limit, header, found, full),`,
        `(${ids === null ? '' : 'id'}) => ${ids === null ? 'true' : ids.map((id) => `id === ${hex(id)}`).join(' || ')},`,
        'problems,',
        'context,',
      ]),
    );
    printer.line(');');
    printer.line('return { elements, problems };');
  });
  printer.line('}');
}
