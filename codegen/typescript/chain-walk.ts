import { formatExpression } from '../../src/layout/expression-text.ts';
import type { Pointer } from '../../src/plan/chain.ts';
import { headCondition } from './chain-condition.ts';
import { partText, plus, readText, readUnitText } from './chain-place.ts';
import { type AbiChain, headBytes, regionLast, sharesUnit } from './chain-plan.ts';
import { literalText } from './code.ts';
import { docComment } from './doc.ts';
import type { Module } from './module.ts';

/** Above so many elements a set finds loops, below a search. */
const fewElements = 2048;

/** The name of the constant with the places for a chain's elements. */
export function placesName(module: Module, { chain, walkSuffix }: AbiChain): string {
  return `placesOf${module.names.chain(chain.name)}${walkSuffix}`;
}

/** Prints where a chain's elements may stand, for whatever is seldom. */
export function printPlaces(module: Module, plan: AbiChain): void {
  const { chain, room } = plan;
  const { first, last, alignment } = chain;
  const { printer } = module;
  printer.blank();
  printer.line(`const ${placesName(module, plan)}: ${module.runtimeType('ChainPlaces')} = {`);
  printer.indented(() =>
    printer.line(
      `name: '${chain.name}', first: ${hex(first)}, last: ${last === null ? 'null' : hex(last)}, alignment: ${alignment}, room: ${room},`,
    ),
  );
  printer.line('};');
}

/** Prints the test whether there is a list, where a condition says so. */
export function printHas(module: Module, plan: AbiChain): void {
  const { chain, head, walkSuffix: suffix } = plan;
  const test = headCondition(module, plan);
  if (test === null || chain.condition === undefined || head.kind === 'fixed') return;
  const { printer, names } = module;
  const size = /\bsize\b/.test(test) ? 'size' : '_size';
  printer.blank();
  printer.lines(
    docComment(`Whether a ${head.struct} has ${chain.name}: ${formatExpression(chain.condition)}.`, 0),
  );
  printer.line(
    `function has${names.chain(chain.name)}${suffix}(view: DataView, start: number, ${size}: number): boolean {`,
  );
  printer.indented(() => printer.line(`return ${test};`));
  printer.line('}');
}

/** Prints the function that follows a chain from header to header. */
export function printWalk(module: Module, plan: AbiChain): void {
  const { chain, walkSuffix: suffix } = plan;
  const { printer, names } = module;
  const name = names.chain(chain.name);
  const requires = chain.requires;
  printer.blank();
  const text =
    `Walks ${chain.name}: ${chain.doc}` +
    `\n\nNever throws, and visits at most ${chain.limit} elements; pointers count from \`start\`, and all offsets too.`;
  const tags = requires
    ? [
        `@param required elements of ${requires.chain} (and its like): the list exists if one has an id that it requires; not checked if left out`,
      ]
    : [];
  printer.lines(docComment(text, 0, tags));
  printer.line(`export function walk${name}${suffix}(`);
  printer.indented(() => {
    printer.lines(['view: DataView,', 'start = 0,', 'end = view.byteLength,']);
    if (requires) printer.line(`required?: readonly ${module.runtimeType('ChainHeader')}[],`);
  });
  printer.line(`): ${module.runtimeType('ChainWalk')} {`);
  printer.indented(() => {
    printStart(module, plan);
    printLoop(module, plan);
    printEnd(module, plan);
  });
  printer.line('}');
}

function printStart(module: Module, plan: AbiChain): void {
  const { chain, head, room, walkSuffix: suffix } = plan;
  const { printer, names } = module;
  printer.line(`const elements: ${module.runtimeType('OpenHeader')}[] = [];`);
  printer.line(`const problems: ${module.runtimeType('ChainProblem')}[] = [];`);
  printer.line('const size = Math.min(end, view.byteLength) - start;');
  const none = 'return { elements, problems };';
  if (head.kind === 'fixed') printer.line(`if (!(start >= 0 && size > ${hex(head.offset)})) ${none}`);
  else printer.line(`if (!(start >= 0 && size >= ${hex(headBytes(plan))})) ${none}`);
  if (chain.requires) {
    const ids = (plan.requires?.ids ?? []).map((id) => `id === ${hex(id)}`);
    printer.line(`if (required !== undefined && !required.some(({ id }) => ${ids.join(' || ')})) ${none}`);
  }
  if (head.kind === 'fixed') {
    printer.line(`let offset = ${hex(head.offset)};`);
  } else {
    if (chain.condition !== undefined)
      printer.line(`if (!has${names.chain(chain.name)}${suffix}(view, start, size)) ${none}`);
    const raw = readText(module, head.place, 'start');
    if (head.whole) printer.line(`let offset = ${raw};`);
    else {
      printer.line(`const first = ${raw};`);
      printer.line(`let offset = ${masked(head, 'first')};`);
      printer.line(
        `if (offset !== first) problems.push({ code: 'reserved-bits', offset: ${hex(head.place.offset)} });`,
      );
    }
    printer.line(`if (${isEnd(plan, 'offset')}) ${none}`);
  }
  const last = chain.last === null ? `size - ${room}` : `Math.min(${hex(chain.last)}, size - ${room})`;
  printer.line(`const last = ${last};`);
  printer.line(`let pointer = ${hex(head.kind === 'fixed' ? head.offset : head.place.offset)};`);
  printer.line('let from: OpenHeader | null = null;');
  printer.line('let highest = -1;');
  printer.line('let ascending = true;');
  if (chain.alignment >= plan.headerBytes) printer.line('let aligned = true;');
  if (chain.limit > fewElements) printer.line('const seen = new Set<number>();');
}

function printLoop(module: Module, plan: AbiChain): void {
  const { chain, next, version } = plan;
  const { printer } = module;
  printer.line('for (;;) {');
  printer.indented(() => {
    const { alignment } = chain;
    const unaligned = alignment === 1 ? '' : ` || offset % ${alignment} !== 0`;
    printer.line(`if (offset < ${hex(chain.first)} || offset > last${unaligned}) {`);
    printer.indented(() => {
      printer.line(
        `if (${module.runtime('isMisplaced')}(${placesName(module, plan)}, offset, size, pointer, problems)) break;`,
      );
      if (alignment >= plan.headerBytes) printer.line('aligned = false;');
    });
    printer.line('}');
    const before = chain.limit > fewElements ? 'seen.has(offset)' : 'offset <= highest';
    printer.line(`if (${before} && ${module.runtime('isLoop')}(elements, offset, pointer, problems)) break;`);
    printer.line('const at = start + offset;');
    const shared = sharesUnit(plan);
    const part = (place: typeof plan.id): string =>
      shared ? partText(place, 'header') : readText(module, place, 'at');
    if (shared) printer.line(`const header = ${readUnitText(module, plan.id, 'at')};`);
    printer.line(`const id = ${part(plan.id)};`);
    printEnds(module, plan, shared);
    printer.line(`if (elements.length === ${chain.limit}) {`);
    printer.indented(() => printer.lines(["problems.push({ code: 'limit', offset: pointer });", 'break;']));
    printer.line('}');
    printer.line(`const raw = ${part(next.place)};`);
    if (!next.whole) printer.line(`const to = ${masked(next, 'raw')};`);
    const to = next.whole ? 'raw' : 'to';
    const target = chain.base === 'element' ? `offset + ${to}` : to;
    printer.line(`const next = ${isEnd(plan, to)} ? null : ${target};`);
    const versionText = version === null ? 'null' : part(version);
    printer.line(`const element: OpenHeader = { id, version: ${versionText}, offset, next, length: 0 };`);
    printer.line('elements.push(element);');
    if (chain.limit > fewElements) printer.line('seen.add(offset);');
    const ones = plan.allOnesId === null ? '' : ` || id === ${hex(plan.allOnesId)}`;
    printer.line(
      `if (id === 0${ones}) problems.push({ code: id === 0 ? 'null-id' : 'all-ones-id', offset });`,
    );
    printer.line(`pointer = ${plus('offset', next.place.offset)};`);
    if (!next.whole)
      printer.line("if (to !== raw) problems.push({ code: 'reserved-bits', offset: pointer });");
    printer.line('if (offset > highest) {');
    printer.indented(() =>
      printer.lines(['highest = offset;', 'if (from !== null) from.length = offset - from.offset;']),
    );
    printer.line('} else {');
    printer.indented(() => printer.line('ascending = false;'));
    printer.line('}');
    printer.lines(['from = element;', 'if (next === null) break;', 'offset = next;']);
  });
  printer.line('}');
}

/** Headers and ids that end the list. */
function printEnds(module: Module, { chain, header: whole, id }: AbiChain, shared: boolean): void {
  const { printer } = module;
  for (const end of chain.endIds) printEnding(module, `id === ${hex(end.id)}`, end.meaning);
  if (chain.endHeaders.length === 0) return;
  const { bytes } = whole;
  const same = shared && id.offset === 0 && id.bytes === bytes && id.littleEndian;
  if (!same) printer.line(`const whole = ${readUnitText(module, whole, 'at')};`);
  const plain = bytes === 1 || bytes === 2 || bytes === 4;
  for (const end of chain.endHeaders)
    printEnding(module, `${same ? 'header' : 'whole'} === ${literalText(end.value, plain)}`, end.meaning);
}

function printEnding({ printer }: Module, test: string, meaning: 'empty' | 'broken'): void {
  printer.line(`if (${test}) {`);
  printer.indented(() => {
    const note = `problems.push({ code: '${meaning}', offset });`;
    printer.line(meaning === 'broken' ? note : `if (from !== null) ${note}`);
    printer.line('break;');
  });
  printer.line('}');
}

function printEnd(module: Module, plan: AbiChain): void {
  const { printer } = module;
  const region = regionLast(plan);
  const end = region === null ? 'size' : `Math.min(size, ${hex(region)})`;
  const notes = `${module.runtime('noteOverlaps')}(elements, ${plan.headerBytes}, problems);`;
  printer.line(plan.chain.alignment >= plan.headerBytes ? `if (!aligned) ${notes}` : notes);
  printer.line(`const stop = Math.max(${end}, highest);`);
  printer.line(`if (!ascending) ${module.runtime('measureElements')}(elements, stop);`);
  printer.line('else if (from !== null) from.length = stop - from.offset;');
  printer.line('return { elements, problems };');
}

/** The bits of a pointer that count. */
function masked({ place, mask, whole }: Pointer, raw: string): string {
  if (whole) return raw;
  if (place.width > 32) return `Number(BigInt(${raw}) & ${literalText(mask, false)})`;
  const text = `${raw} & ${literalText(mask, true)}`;
  return mask > 0x7fff_ffffn ? `(${text}) >>> 0` : text;
}

/** The test whether pointer bits end the list. */
export function isEnd({ chain: { end } }: AbiChain, bits: string): string {
  return end.length === 0 ? 'false' : end.map((value) => `${bits} === ${hex(value)}`).join(' || ');
}

/** Offsets and ids as people write them. */
export function hex(value: number | bigint): string {
  return literalText(BigInt(value), true);
}
