import { askedBits } from '../../src/plan/asked-bits.ts';
import type { Pointer } from '../../src/plan/chain.ts';
import { wholePlace } from '../../src/plan/place.ts';
import { isPlain, plus, readUnitText, writeText } from './chain-place.ts';
import { type AbiChain, dependentIds, headBytes, regionLast } from './chain-plan.ts';
import { hex, placesName } from './chain-walk.ts';
import { endingTest, inputType, printEnding, writerName } from './chain-write.ts';
import { literalText } from './code.ts';
import { docComment } from './doc.ts';
import type { Module } from './module.ts';

/** Prints the function that encodes a chain. */
export function printEncode(module: Module, plan: AbiChain): void {
  const { chain, suffix, head } = plan;
  const { printer, names } = module;
  const name = names.chain(chain.name);
  const at =
    head.kind === 'fixed'
      ? ''
      : ` The ${head.struct} at \`start\` must be there already; its pointer is set${chain.condition ? ', and the bits that say that there is a list' : ''}.`;
  printer.blank();
  printer.lines(
    docComment(
      `Writes ${chain.name}: ${chain.doc}\n\nElements go to their own offset, otherwise one after the other, each on a multiple of ${chain.alignment}; their ids and pointers are set.${at} Other bytes stay as they are.`,
      0,
      [
        '@returns bytes from `start` to the end of the last element in memory',
        '@throws EncodeError if a value, a pointer or the room does not fit; some bytes may be written by then',
      ],
    ),
  );
  printer.line(`export function encode${name}${suffix}(`);
  printer.indented(() =>
    printer.lines([
      `elements: readonly ${inputType(module, plan)}[],`,
      'view: DataView,',
      'start = 0,',
      `context?: ${module.runtimeType('CodecContext')},`,
    ]),
  );
  printer.line('): number {');
  printer.indented(() => {
    printStart(module, plan);
    printLoop(module, plan);
    printEnd(module, plan);
  });
  printer.line('}');
}

function printStart(module: Module, plan: AbiChain): void {
  const { chain, head, room } = plan;
  const { printer } = module;
  const region = regionLast(plan);
  const last = region === null ? '' : `, start + ${hex(region)}`;
  printer.line(
    `const limit = Math.min(view.byteLength${last});`.replace('Math.min(view.byteLength)', 'view.byteLength'),
  );
  const least = head.kind === 'fixed' ? 0 : headBytes(plan);
  printer.line(
    `if (!(start >= 0 && start + ${least} <= view.byteLength)) throw ${module.runtime('noRoom')}('${chain.name}', start, ${least}, view.byteLength);`,
  );
  printer.line(
    `if (elements.length > ${chain.limit}) throw ${module.runtime('countMismatch')}('${chain.name}', start, ${chain.limit}, elements.length);`,
  );
  const peers = dependentIds(plan);
  if (peers === null || peers.length > 0)
    printer.line(
      `const full = { ...context, peers: ${module.runtime('peersOf')}(elements, context?.peers) };`,
    );
  if (head.kind === 'field') printAnnounce(module, plan);
  const lastOffset = `limit - start - ${room}`;
  printer.line(`const last = ${lastOffset};`);
  printer.line('const spans: number[] = [];');
  printer.line(`let filled = ${hex(chain.first)};`);
  printer.line('let from = -1;');
}

/** Sets the bits that say that there is a list. */
function printAnnounce(module: Module, plan: AbiChain): void {
  const { chain, walkSuffix: suffix } = plan;
  const { printer } = module;
  if (chain.condition === undefined) return;
  const { bits, only } = plan.condition === null ? { bits: [], only: true } : askedBits(plan.condition);
  const name = `has${module.names.chain(chain.name)}${suffix}`;
  const size = 'view.byteLength - start';
  printer.line(`if (elements.length > 0 && !${name}(view, start, ${size})) {`);
  printer.indented(() => {
    const ends: number[] = [];
    for (const { place, mask } of bits) {
      const whole = { ...place, shift: 0, width: place.bytes * 8 };
      const plain = isPlain(place);
      const value = `${readUnitText(module, whole, 'start')} | ${literalText(mask << BigInt(place.shift), plain)}`;
      const write = plain
        ? writeText(module, whole, 'start', value)
        : `${module.runtime('writeUnit')}(view, ${plus('start', place.offset)}, ${place.bytes}, ${value}, ${place.littleEndian});`;
      const end = place.offset + place.bytes;
      printer.line(end <= headBytes(plan) ? write : `if (${size} >= ${end}) ${write}`);
      ends.push(end);
    }
    const sure = only && ends.every((end) => end <= headBytes(plan));
    if (sure) return;
    const refuse = `throw ${module.runtime('cannotAnnounce')}('${chain.name}', start);`;
    printer.line(bits.length === 0 ? refuse : `if (!${name}(view, start, ${size})) ${refuse}`);
  });
  printer.line('}');
}

function printLoop(module: Module, plan: AbiChain): void {
  const { chain, head, room, walkSuffix: suffix } = plan;
  const { printer, names } = module;
  const name = names.chain(chain.name);
  const peers = dependentIds(plan);
  const context = peers === null || peers.length > 0 ? 'full' : 'context';
  const { alignment, first } = chain;
  printer.line('for (const element of elements) {');
  printer.indented(() => {
    const behind =
      alignment === 1
        ? 'filled'
        : isPower(alignment)
          ? `(filled + ${alignment - 1}) & -${alignment}`
          : `Math.ceil(filled / ${alignment}) * ${alignment}`;
    printer.line(`const offset = element.offset ?? ${behind};`.replace(/\?\? (\(.*\) & -\d+);/, '?? ($1);'));
    const unaligned = alignment === 1 ? '' : ` || offset % ${alignment} !== 0`;
    const ascending = chain.ascending ? ' || offset <= from' : '';
    const fixed = head.kind === 'fixed' ? ` || (from < 0 && offset !== ${hex(head.offset)})` : '';
    printer.line(
      `if (!(offset >= ${hex(first)} && offset <= last)${unaligned}${ascending}${fixed}) throw ${module.runtime('cannotStandAt')}(${placesName(module, plan)}, offset, view.byteLength - start);`,
    );
    printer.line('const at = start + offset;');
    if (alignment > 1)
      printer.line(
        `if (element.offset === undefined && offset > filled && from >= 0) ${module.runtime('zeroFill')}(view, start + filled, at);`,
      );
    printer.line(
      `const size = Math.max(${writerName(module, plan)}(element, view, at, limit, ${context}), ${room});`,
    );
    printer.line(
      `if (offset < filled) ${module.runtime('checkFree')}('${chain.name}', spans, offset, offset + size);`,
    );
    printer.line('spans.push(offset, offset + size);');
    const to = chain.base === 'element' ? 'offset - from' : 'offset';
    const link = `link${name}${suffix}(view, start + from, ${to});`;
    if (head.kind === 'fixed') printer.line(`if (from >= 0) ${link}`);
    else {
      printer.line(`if (from < 0) head${name}${suffix}(view, start, offset);`);
      printer.line(`else ${link}`);
    }
    printer.line('from = offset;');
    printer.line('if (offset + size > filled) filled = offset + size;');
  });
  printer.line('}');
}

function isPower(value: number): boolean {
  return (value & (value - 1)) === 0;
}

/** Ends the list at its last element, or at the head. */
function printEnd(module: Module, plan: AbiChain): void {
  const { chain, head, next } = plan;
  const { printer } = module;
  const test = endingTest(module, plan, 'start + from');
  const end = endText(module, plan, next, 'start + from');
  printer.line(test === null ? `if (from >= 0) ${end}` : 'if (from >= 0) {');
  if (test !== null) {
    printer.indented(() => {
      printer.line(end);
      printEnding(module, plan, 'start + from');
    });
    printer.line('}');
  }
  if (head.kind === 'field') {
    printer.line(`else ${endText(module, plan, head, 'start')}`);
  } else {
    const empty = chain.endHeaders.find(({ meaning }) => meaning === 'empty');
    const bytes = Math.min(plan.headerBytes, 8);
    if (empty !== undefined) {
      const place = wholePlace({ offset: head.offset, bytes, littleEndian: true });
      printer.line(
        `else if (last >= ${hex(head.offset)}) ${writeText(module, place, 'start', literalText(empty.value, true))}`,
      );
    }
  }
  printer.line('return from < 0 ? 0 : filled;');
}

/** With the first declared end that the pointer can hold, else 0. */
function endText(
  module: Module,
  { chain: { end } }: AbiChain,
  { place, mask }: Pointer,
  base: string,
): string {
  const bits = end.find((value) => (value & mask) === value) ?? 0n;
  return writeText(module, place, base, hex(bits), mask);
}
