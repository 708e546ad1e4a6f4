import type { Ioctl, Kind, Precondition } from '../../model/declaration.ts';
import type { Errno } from '../../model/errno.ts';
import type { Expression } from '../../model/expression.ts';
import { type ScalarName, scalars } from '../../model/type.ts';
import { insteadOf } from '../c-types.ts';
import { get, getEntries, getList, getString, type MapEntry, type SpecNode } from '../node.ts';
import { resolveAvailability } from './availability.ts';
import { optional, type ResolveContext } from './context.ts';
import { resolveErrno, resolveSetUse } from './set-use.ts';

/** Resolves a kind of object or of open file. */
export function resolveKind(
  entry: MapEntry,
  kind: Kind['kind'],
  interfaceName: string,
  context: ResolveContext,
): void {
  const { key: name, keySpan: span, value: node } = entry;
  if (!context.checkOwnName(name, span)) return;
  const kinds = kind === 'fd' ? context.fds : context.handles;
  if (kinds.has(name)) {
    context.error('duplicate-name', span, `the ${kind} ${name} is declared twice, expected once.`);
    return;
  }
  kinds.set(name, {
    kind,
    name,
    span,
    interface: interfaceName,
    doc: node.kind === 'string' ? node.value : (getString(node, 'doc') ?? ''),
    availability: resolveAvailability(node, context),
    order: context.orderOf(span),
    ...optional('architectures', resolveArchitectures(node)),
    ...optional('read', recordOf(node, 'read', context)),
    ...optional('write', recordOf(node, 'write', context)),
    partial: resolveErrno(node, 'partial'),
    preconditions: resolvePreconditions(node, kind, context),
  });
}

function resolvePreconditions(
  node: SpecNode,
  kind: Kind['kind'],
  context: ResolveContext,
): readonly Precondition[] {
  const ids = new Set<string>();
  const items = getList(node, 'preconditions');
  if (items.length > 0 && kind !== 'fd') {
    const span = get(node, 'preconditions')?.span ?? node.span;
    context.error(
      'conflict',
      span,
      'preconditions are given for a handle, expected them with a kind of file (fds).',
    );
  }
  return items.flatMap((item) => {
    const id = getString(item, 'id');
    if (id === undefined) return [];
    const span = get(item, 'id')?.span ?? item.span;
    if (ids.has(id))
      context.error('duplicate-name', span, `two preconditions are named ${id}, expected unique names.`);
    ids.add(id);
    const except = getList(item, 'except').flatMap((each) => (each.kind === 'string' ? [each] : []));
    for (const { value, span: at } of except) {
      context.check(() => {
        if (!context.ioctls.has(value)) context.unknown('ioctl', value, at, context.ioctls.keys());
      });
    }
    return [
      {
        id,
        doc: getString(item, 'doc') ?? '',
        span,
        availability: resolveAvailability(item, context),
        errno: resolveErrno(item, 'errno') ?? 'EINVAL',
        except: except.map(({ value }) => value),
      },
    ];
  });
}

/** The architectures that something exists on; undefined where `arch` does not name them. */
function resolveArchitectures(node: SpecNode): readonly string[] | undefined {
  const names = getList(node, 'arch').flatMap((item) => (item.kind === 'string' ? [item.value] : []));
  return names.length === 0 ? undefined : names;
}

/** The struct of what read() gives or write() takes. */
function recordOf(node: SpecNode, key: 'read' | 'write', context: ResolveContext): string | undefined {
  const name = getString(node, key);
  const span = get(node, key)?.span ?? node.span;
  if (name === undefined) return undefined;
  context.later(() => {
    if (!context.typeNames.has(name)) context.unknown('struct', name, span, context.typeNames.keys());
  });
  return name;
}

/** Sizes of the parts of an ioctl number (asm-generic/ioctl.h: _IOC_NRBITS, _IOC_TYPEBITS). */
const ioc = { nr: 8, type: 8 };

/** Resolves an ioctl and declares its number; the size in the number comes with the layout. */
export function resolveIoctl(entry: MapEntry, interfaceName: string, context: ResolveContext): void {
  const { key: name, keySpan: span, value: node } = entry;
  if (['type', 'nr'].some((key) => isBareCharacter(node, key, context))) return;
  const [type, nr] = [context.expression(node, 'type'), context.expression(node, 'nr')];
  const argument = resolveArgument(node, context);
  const encoding = (getString(node, 'encoding') as Ioctl['encoding'] | undefined) ?? '_IO';
  if (type === undefined || nr === undefined || argument === undefined) return;
  const number = (): bigint | undefined => {
    const [t, n] = [context.constant(type), context.constant(nr)];
    return encoding === '_IO' && t !== undefined && n !== undefined ? (t << 8n) | n : undefined;
  };
  if (!context.declare(name, { span, what: 'an ioctl', value: number, shared: false })) return;
  const fds = getList(node, 'fd').flatMap((item) => (item.kind === 'string' ? [item] : []));
  for (const fd of fds) {
    context.later(() => {
      if (!context.fds.has(fd.value)) context.unknown('fd', fd.value, fd.span, context.fds.keys());
    });
  }
  if (encoding !== '_IO' && argument.kind !== 'struct' && argument.kind !== 'scalar') {
    context.error(
      'missing-key',
      span,
      `${name} is made by ${encoding}, expected arg to name the struct or scalar whose size is part of the number.`,
    );
  }
  const availability = resolveAvailability(node, context);
  const order = context.orderOf(span);
  const errors = resolveErrors(node);
  const architectures = resolveArchitectures(node);
  context.later(() => {
    const values = [part(type, 'type', ioc.type, context), part(nr, 'nr', ioc.nr, context)] as const;
    if (values[0] === undefined || values[1] === undefined) return;
    const ioctl: Ioctl = {
      kind: 'ioctl',
      name,
      span,
      interface: interfaceName,
      doc: getString(node, 'doc') ?? '',
      availability,
      order,
      fds: fds.map((fd) => fd.value),
      ...optional('architectures', architectures),
      encoding,
      type: { value: values[0], expression: type },
      nr: { value: values[1], expression: nr },
      argument,
      errors,
      returns: getString(node, 'returns') ?? '',
    };
    context.ioctls.set(name, ioctl);
  });
}

/** Reports a character that lost its quotes: `type: 'f'` is the name f for YAML. */
function isBareCharacter(node: SpecNode, key: string, context: ResolveContext): boolean {
  const value = get(node, key);
  if (value?.kind !== 'string' || !/^[^0-9\s]$/.test(value.value) || context.names.has(value.value))
    return false;
  const expected = `"'${value.value}'": YAML removes the outer quotes`;
  context.error('bad-expression', value.span, `${key} is ${value.value}, expected ${expected}.`);
  return true;
}

function part(
  expression: Ioctl['nr']['expression'],
  what: string,
  bits: number,
  context: ResolveContext,
): bigint | undefined {
  const value = context.constant(expression);
  if (value === undefined || (value >= 0n && value < 1n << BigInt(bits))) return value;
  context.error('does-not-fit', expression.span, `${what} is ${value}, expected 0 to ${(1 << bits) - 1}.`);
  return undefined;
}

function resolveArgument(node: SpecNode, context: ResolveContext): Ioctl['argument'] | undefined {
  const name = getString(node, 'arg');
  const span = get(node, 'arg')?.span ?? node.span;
  const value = get(node, 'value');
  if (value !== undefined && name !== 'value') {
    context.error(
      'unknown-key',
      value.span,
      `value is given for the argument ${name ?? 'none'}, expected arg: value with it.`,
    );
  }
  if (name === undefined || name === 'none') return { kind: 'none' };
  if (name === 'string') return { kind: 'string', doc: getString(value, 'doc') ?? '' };
  if (name === 'value') return resolveValue(value ?? node, context);
  if (Object.hasOwn(scalars, name)) return { kind: 'scalar', name: name as ScalarName };
  context.later(() => {
    if (context.typeNames.has(name)) return;
    const [, words = '', star = ''] = /^([A-Za-z_][\w ]*?) ?(\*?)$/.exec(name) ?? [];
    const instead = insteadOf(words, '') ?? (star === '' ? undefined : `${words}: it is a pointer anyway`);
    if (instead !== undefined) {
      context.error('unknown-struct', span, `found "${name.slice(0, 60)}", expected ${instead}.`);
    } else context.unknown('struct', name, span, [...context.typeNames.keys(), 'value', 'string', 'none']);
  });
  return { kind: 'struct', name };
}

function resolveValue(node: SpecNode, context: ResolveContext): Ioctl['argument'] {
  const fd = getString(node, 'fd');
  const span = get(node, 'fd')?.span ?? node.span;
  if (fd !== undefined && fd !== 'any') {
    context.later(() => {
      if (!context.fds.has(fd)) context.unknown('fd', fd, span, context.fds.keys());
    });
  }
  const expression = context.expression(node, 'check');
  if (expression !== undefined) context.later(() => checkNames(expression, context));
  const errno = resolveErrno(node, 'errno') ?? 'EINVAL';
  return {
    kind: 'value',
    doc: getString(node, 'doc') ?? '',
    ...optional('check', expression && { expression, errno }),
    ...optional('enumeration', resolveSetUse(node, 'enum', context)),
    ...optional('fileDescriptor', fd),
  };
}

/** Names in the check of a number are `value`, `env.NAME` and constants; there is no struct to look into. */
function checkNames(expression: Expression, context: ResolveContext): void {
  switch (expression.kind) {
    case 'integer':
      return;
    case 'name': {
      const name = expression.path.join('.');
      if (name === 'value' || expression.path[0] === 'env' || context.lookupConstant(name) !== undefined)
        return;
      context.unknown('name', name, expression.span, ['value', ...context.names.keys()]);
      return;
    }
    case 'unary':
      checkNames(expression.operand, context);
      return;
    case 'binary':
      checkNames(expression.left, context);
      checkNames(expression.right, context);
      return;
    case 'conditional':
      for (const part of [expression.test, expression.then, expression.else]) checkNames(part, context);
      return;
    case 'call':
      for (const argument of expression.args) checkNames(argument, context);
  }
}

function resolveErrors(node: SpecNode): Ioctl['errors'] {
  return getEntries(node, 'errors').map(({ key, value }) => ({
    errno: key as Errno,
    doc: value.kind === 'string' ? value.value : '',
  }));
}
