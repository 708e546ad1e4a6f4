import type { Chain } from '../../model/declaration.ts';
import { resolvePath } from '../../model/path.ts';
import { scalars } from '../../model/type.ts';
import { get, type SpecNode } from '../node.ts';
import type { ResolveContext } from './context.ts';

/** The largest offset that a chain may name. */
const offsetMax = 0xffff_ffff;

/** Checks the numbers of a chain, that its paths lead to integers, and that its variant set has its tags. */
export function checkChain(chain: Chain, node: SpecNode, context: ResolveContext): void {
  const spanOf = (key: string, of: SpecNode | undefined = node): Chain['span'] =>
    get(of, key)?.span ?? chain.span;
  const head = get(node, 'head');
  if (head !== undefined && get(head, 'offset') !== undefined && get(head, 'field') !== undefined) {
    context.error(
      'conflict',
      spanOf('field', head),
      'the head has both offset and field, expected one of them.',
    );
  }
  const condition = get(node, 'if');
  if (condition !== undefined && chain.head.kind === 'fixed') {
    const message =
      'the chain has a condition but no struct around its head, expected head: { struct, field } together with if.';
    context.error('conflict', condition.span, message);
  }
  checkOffset('first', chain.first, spanOf('first'), context);
  if (chain.last !== null) checkOffset('last', chain.last, spanOf('last'), context);
  if (chain.head.kind === 'fixed') checkOffset('offset', chain.head.offset, spanOf('offset', head), context);
  if (chain.last !== null && chain.first > chain.last) {
    const message = `elements start at ${chain.first} or later and at ${chain.last} or earlier, expected first below last.`;
    context.error('wrong-order', spanOf('last'), message);
  }
  if (!isAlignment(chain.alignment)) {
    const message = `the alignment is ${chain.alignment}, expected a power of two up to 4096.`;
    context.error('bad-alignment', spanOf('align'), message);
  }
  context.check(() => {
    const version = chain.version ?? undefined;
    checkInteger(chain.header, chain.id, spanOf('id'), context);
    checkInteger(chain.header, chain.next.path, spanOf('field', get(node, 'next')), context);
    if (version !== undefined) checkInteger(chain.header, version, spanOf('version'), context);
    if (chain.head.kind === 'field')
      checkInteger(chain.head.struct, chain.head.path, spanOf('field', head), context);
    const tags = context.variants.get(chain.elements)?.tags.length ?? 1;
    const most = version === undefined ? 1 : 2;
    if (tags < 1 || tags > most) {
      const message = `${chain.elements} has ${tags} tags, expected ${most === 1 ? 'one, the id' : 'the id, or the id and the version'}.`;
      context.error('wrong-count', spanOf('elements'), message);
    }
    checkRequired(chain, spanOf('chain', get(node, 'requires')), context);
  });
}

function checkOffset(what: string, value: number, span: Chain['span'], context: ResolveContext): void {
  if (Number.isInteger(value) && value >= 0 && value <= offsetMax) return;
  context.error('does-not-fit', span, `${what} is ${value}, expected an offset from 0 to ${offsetMax}.`);
}

function isAlignment(value: number): boolean {
  return value >= 1 && value <= 4096 && (value & (value - 1)) === 0;
}

function checkInteger(
  struct: string,
  path: readonly string[],
  span: Chain['span'],
  context: ResolveContext,
): void {
  const target = resolvePath(context, struct, path, () => undefined);
  if (target?.kind !== 'field' || target.bits !== undefined) return;
  const type = target.steps.at(-1)?.field.type;
  if (type?.kind === 'scalar' && !scalars[type.name].signed) return;
  context.error(
    'wrong-type',
    span,
    `${path.join('.')} is not an unsigned integer, expected one (or a range of its bits).`,
  );
}

/** A chain that is looked for only where it is found itself never is. */
function checkRequired(chain: Chain, span: Chain['span'], context: ResolveContext): void {
  const trail = [chain.name];
  for (
    let next = chain.requires?.chain;
    next !== undefined;
    next = context.chains.get(next)?.requires?.chain
  ) {
    if (next === chain.name) {
      context.error('cycle', span, `${chain.name} requires itself: ${[...trail, next].join(' -> ')}.`);
      return;
    }
    if (trail.includes(next)) return;
    trail.push(next);
  }
}
