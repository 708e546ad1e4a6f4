import type { Pointer } from '../../src/plan/chain.ts';
import type { ChainMember } from '../../src/plan/members.ts';
import { structNames } from './chain-decode.ts';
import { isPlain, plus, readText, readUnitText, writeText } from './chain-place.ts';
import type { AbiChain } from './chain-plan.ts';
import { hex, isEnd } from './chain-walk.ts';
import { literalText } from './code.ts';
import { docComment } from './doc.ts';
import type { Module } from './module.ts';

/** The type of what an encoder takes for an element. */
export function inputType(module: Module, { chain }: Pick<AbiChain, 'chain'>): string {
  return module.type(module.names.elementInput(chain.elements), module.owner.name);
}

/** Prints the type of elements for encoders. */
export function printInputType(module: Module, { chain, members }: AbiChain): void {
  const { printer, names } = module;
  printer.blank();
  printer.lines(
    docComment(
      `An element for an encoder of a chain of ${chain.elements}: at its offset, or after the previous one if it has none. Decoded elements can be passed as they are.`,
      0,
    ),
  );
  printer.line(`export type ${names.elementInput(chain.elements)} =`);
  printer.indented(() => {
    for (const name of structNames(members))
      printer.line(
        `| { readonly kind: '${name}'; readonly offset?: number | undefined; readonly value: ${module.runtimeType('Encodable')}<${module.structType(name)}> }`,
      );
    printer.line(`| ${module.runtimeType('RawElementInput')};`);
  });
}

/** Prints the functions that set the pointers of a chain. */
export function printLinks(module: Module, plan: AbiChain): void {
  const { chain, head, next, walkSuffix: suffix } = plan;
  const name = module.names.chain(chain.name);
  if (head.kind === 'field')
    printLink(
      module,
      plan,
      head,
      `head${name}${suffix}`,
      `Makes the head of ${chain.name}, in the struct at an offset, lead to an element.`,
    );
  printLink(
    module,
    plan,
    next,
    `link${name}${suffix}`,
    `Makes the element of ${chain.name} at an offset lead to the next one.`,
  );
}

function printLink(module: Module, plan: AbiChain, pointer: Pointer, name: string, doc: string): void {
  const { place, mask } = pointer;
  const isNext = pointer === plan.next;
  const { printer } = module;
  printer.blank();
  printer.lines(docComment(doc, 0, ['@throws EncodeError if the pointer cannot hold it']));
  printer.line(`function ${name}(view: DataView, at: number, to: number): void {`);
  printer.indented(() => {
    const tests = [outside(pointer), ...(plan.chain.end.length === 0 ? [] : [isEnd(plan, 'to')])];
    printer.line(
      `if (${tests.join(' || ')}) throw ${module.runtime('cannotPoint')}('${plan.chain.name}', ${plus('at', place.offset)}, to);`,
    );
    printer.line(writeText(module, place, 'at', 'to', mask));
    if (isNext) printEnding(module, plan, 'at');
  });
  printer.line('}');
}

/** Refuses an element whose header would end the list. */
export function printEnding(module: Module, plan: AbiChain, base: string): void {
  const test = endingTest(module, plan, base);
  if (test === null) return;
  module.printer.line(`if (${test}) throw ${module.runtime('endsList')}('${plan.chain.name}', ${base});`);
}

/** The test whether a header would end the list; null where none can. */
export function endingTest(
  module: Module,
  { chain, id, header: whole }: AbiChain,
  base: string,
): string | null {
  const tests = [
    ...chain.endIds.map((end) => `${operandOf(readText(module, id, base))} === ${hex(end.id)}`),
    ...chain.endHeaders.map(
      (end) => `${readUnitText(module, whole, base)} === ${literalText(end.value, isPlain(whole))}`,
    ),
  ];
  return tests.length === 0 ? null : tests.join(' || ');
}

function operandOf(text: string): string {
  return / [&>|]/.test(text) ? `(${text})` : text;
}

function outside({ place, mask, whole }: Pointer): string {
  if (place.width > 32) return `!(to >= 0) || (BigInt(to) & ${literalText(mask, false)}) !== BigInt(to)`;
  if (whole && place.width === 32) return 'to >>> 0 !== to';
  const text = `to & ${literalText(mask, true)}`;
  return mask > 0x7fff_ffffn ? `((${text}) >>> 0) !== to` : `(${text}) !== to`;
}

/** The name of the function that writes one element. */
export function writerName(module: Module, { chain, suffix }: AbiChain): string {
  return `write${module.names.chain(chain.name)}Element${suffix}`;
}

/** Prints the function that writes one element, with the id and version of its struct. */
export function printWriter(module: Module, plan: AbiChain): void {
  const { chain, members, headerBytes } = plan;
  const { printer } = module;
  const usesContext = members.some(({ struct }) => plan.facts.usesContext(struct.name));
  printer.blank();
  printer.lines(docComment(`Writes an element of ${chain.name} and returns its bytes.`, 0));
  printer.line(`function ${writerName(module, plan)}(`);
  printer.indented(() =>
    printer.lines([
      `element: ${inputType(module, plan)},`,
      'view: DataView,',
      'at: number,',
      'limit: number,',
      `${usesContext ? 'context' : '_context'}?: ${module.runtimeType('CodecContext')},`,
    ]),
  );
  printer.line('): number {');
  printer.indented(() => {
    printer.line('switch (element.kind) {');
    printer.indented(() => {
      for (const name of structNames(members))
        printCase(
          module,
          plan,
          name,
          members.filter(({ struct }) => struct.name === name),
        );
      printer.line('default:');
      printer.indented(() =>
        printer.line(
          `return ${module.runtime('writeRawElement')}('${chain.name}', element, view, at, limit, ${headerBytes});`,
        ),
      );
    });
    printer.line('}');
  });
  printer.line('}');
}

function printCase(module: Module, plan: AbiChain, name: string, members: readonly ChainMember[]): void {
  const { printer } = module;
  const { facts } = plan;
  const { minSize } = facts.layout(name);
  const encode = module.codecPart(name, facts, 'encode', '');
  const context = facts.usesContext(name) ? ', context' : '';
  const call = `${encode}(element.value, view, at${context})`;
  const noRoom = (size: string): string =>
    `throw ${module.runtime('noRoom')}('${name}', at, ${size}, limit);`;
  printer.line(`case '${name}': {`);
  printer.indented(() => {
    const dynamic = facts.isDynamic(name);
    printer.line(`if (at + ${minSize} > limit) ${noRoom(`${minSize}`)}`);
    printer.line(dynamic ? `const size = ${call};` : `${call};`);
    if (dynamic) printer.line(`if (at + size > limit) ${noRoom('size')}`);
    printTag(
      module,
      plan,
      'id',
      members.flatMap(({ tags }) => tags.map(({ id }) => id)),
    );
    printTag(
      module,
      plan,
      'version',
      members.flatMap(({ tags }) => tags.map(({ version }) => version)),
    );
    printer.line(dynamic ? 'return size;' : `return ${minSize};`);
  });
  printer.line('}');
}

/** Sets the id or version where the struct has one only, or has none of its own in its value. */
function printTag(
  module: Module,
  plan: AbiChain,
  what: 'id' | 'version',
  tags: readonly (number | null)[],
): void {
  const { printer } = module;
  const place = plan[what];
  const known = [...new Set(tags)];
  const [first] = known;
  if (place === null || first === undefined || first === null || known.includes(null)) return;
  const write = writeText(module, place, 'at', hex(first));
  if (known.length === 1) {
    printer.line(write);
    return;
  }
  printer.line(`const ${what} = ${readText(module, place, 'at')};`);
  printer.line(`if (${known.map((tag) => `${what} !== ${hex(tag ?? 0)}`).join(' && ')}) ${write}`);
}
