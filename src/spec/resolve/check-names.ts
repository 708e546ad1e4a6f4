import type { Span } from '../../base/span.ts';
import type { Struct } from '../../model/declaration.ts';
import type { ResolveContext } from './context.ts';

/** Checks names that the resolver keeps apart but C does not: tags among each other, and macros with everything. */
export function checkNames(context: ResolveContext): void {
  checkTags(context);
  const macros = namesOfMacros(context);
  for (const struct of context.structs.values()) {
    checkDerived(struct, context);
    if (struct.kind === 'registers') continue;
    if (!struct.name.includes('::')) checkMacro(struct.name, 'the struct', struct.span, macros, context);
    for (const field of struct.fields) {
      if (field.name !== null) checkMacro(field.name, 'the member', field.span, macros, context);
    }
  }
  for (const set of [...context.flags.values(), ...context.enums.values()]) {
    if (set.c === 'enum') checkMacro(set.name, 'the enum', set.span, macros, context);
  }
}

/** Structs, unions and enums share one name space in C. */
function checkTags(context: ResolveContext): void {
  for (const set of [...context.flags.values(), ...context.enums.values()]) {
    const struct = context.structs.get(set.name);
    if (set.c !== 'enum' || struct === undefined || struct.kind === 'registers') continue;
    const message = `the enum ${set.name} has the name of a ${struct.kind}, expected a unique one (C has one name space for both).`;
    context.error('duplicate-name', set.span, message);
  }
}

/** Names that the preprocessor replaces wherever they stand. */
function namesOfMacros(context: ResolveContext): ReadonlyMap<string, string> {
  const macros = new Map<string, string>();
  for (const { name, c } of context.constants.values()) if (c === 'define') macros.set(name, 'a constant');
  for (const name of context.macros.keys()) macros.set(name, 'a macro');
  for (const name of context.ioctls.keys()) macros.set(name, 'an ioctl');
  for (const name of context.aliases.keys()) macros.set(name, 'an alias');
  for (const { c, values } of [...context.flags.values(), ...context.enums.values()]) {
    if (c === 'define') for (const { name } of values) macros.set(name, 'a macro of a set');
  }
  for (const [name, { shared }] of context.names) if (shared) macros.set(name, 'a register macro');
  return macros;
}

function checkMacro(
  name: string,
  what: string,
  span: Span,
  macros: ReadonlyMap<string, string>,
  context: ResolveContext,
): void {
  const macro = macros.get(name);
  if (macro === undefined) return;
  const message = `${what} ${name} has the name of ${macro}, which the preprocessor would put in its place, expected another name.`;
  context.error('duplicate-name', span, message);
}

/** Derived values are printed beside the fields. */
function checkDerived(struct: Struct, context: ResolveContext): void {
  const taken = new Set(struct.fields.map((field) => field.name));
  for (const { name, span } of struct.derived) {
    context.checkOwnName(name, span);
    if (taken.has(name)) {
      context.error(
        'duplicate-name',
        span,
        `${name} is a field or derived value already, expected a unique name.`,
      );
    }
    taken.add(name);
  }
}
