import type { Header, Model } from '../../model/model.ts';
import type { Diagnostics } from '../diagnostic.ts';
import type { LoadedInterface, LoadedSchema } from '../load.ts';
import { get, getEntries, getList, getString, type MapEntry, type MapNode } from '../node.ts';
import { isAbsolute, normalize } from '../schema-path.ts';
import { resolveRelease } from './availability.ts';
import { resolveChain, resolveVariantSet } from './chains.ts';
import { checkNames } from './check-names.ts';
import { checkNumbers } from './check-numbers.ts';
import { checkVariants } from './check-variants.ts';
import { resolveAlias, resolveConstant, resolveMacro } from './constants.ts';
import { ResolveContext } from './context.ts';
import { resolveIoctl, resolveKind } from './ioctls.ts';
import { resolveEnumeration, resolveFlagSet } from './sets.ts';
import { resolveStruct } from './struct.ts';

type SectionResolver = (entry: MapEntry, interfaceName: string, context: ResolveContext) => void;

/** What resolves the declarations of each section of a schema; names with values come before what uses them. */
const sections: Readonly<Record<string, SectionResolver>> = {
  fds: (entry, name, context) => resolveKind(entry, 'fd', name, context),
  handles: (entry, name, context) => resolveKind(entry, 'handle', name, context),
  constants: resolveConstant,
  macros: resolveMacro,
  aliases: resolveAlias,
  flags: resolveFlagSet,
  enums: resolveEnumeration,
  structs: (entry, name, context) => resolveStruct(entry, 'struct', name, context),
  unions: (entry, name, context) => resolveStruct(entry, 'union', name, context),
  registers: (entry, name, context) => resolveStruct(entry, 'registers', name, context),
  variants: resolveVariantSet,
  chains: resolveChain,
  ioctls: resolveIoctl,
};

/** Resolves every name and value of a loaded schema; null where the diagnostics hold an error. */
export function resolve(schema: LoadedSchema, diagnostics: Diagnostics): Model | null {
  const context = new ResolveContext(diagnostics);
  for (const loaded of schema.interfaces) declareTypes(loaded, context);
  for (const loaded of schema.interfaces) resolveInterface(loaded, context);
  context.check(() => {
    checkNames(context);
    checkVariants(context);
    checkNumbers(context);
  });
  context.finish();
  const root = schema.interfaces.at(-1);
  if (diagnostics.failed || root === undefined) return null;
  return { ...context.model(), root: root.name };
}

/** Makes the names of all structs known, so that they can be used before they are declared. */
function declareTypes(loaded: LoadedInterface, context: ResolveContext): void {
  for (const tree of loaded.trees) {
    for (const section of ['structs', 'unions', 'registers']) {
      for (const { key, keySpan } of getEntries(tree, section)) {
        const good =
          section === 'registers' ? context.checkOwnName(key, keySpan) : context.checkCName(key, keySpan);
        if (good && context.typeNames.has(key)) {
          context.error('duplicate-name', keySpan, `the type ${key} is declared twice, expected once.`);
        } else if (!context.typeNames.has(key)) {
          context.typeNames.set(key, keySpan);
        }
      }
    }
  }
}

function resolveInterface(loaded: LoadedInterface, context: ResolveContext): void {
  const [root] = loaded.trees;
  if (root === undefined) return;
  const kernel = get(root, 'kernel');
  context.interfaces.set(loaded.name, {
    name: loaded.name,
    doc: getString(root, 'doc') ?? '',
    files: loaded.files,
    kernel: (kernel && resolveRelease(kernel, context)) ?? null,
    header: resolveHeader(root, loaded.name, context),
    imports: loaded.imports,
  });
  for (const [section, resolveEntry] of Object.entries(sections)) {
    for (const entry of loaded.trees.flatMap((tree) => getEntries(tree, section))) {
      const first = context.typeNames.get(entry.key);
      const isType = section === 'structs' || section === 'unions' || section === 'registers';
      if (isType && (first?.start !== entry.keySpan.start || first.file !== entry.keySpan.file)) continue;
      resolveEntry(entry, loaded.name, context);
    }
  }
}

function resolveHeader(root: MapNode, name: string, context: ResolveContext): Header {
  const header = get(root, 'header');
  const goodName = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) && name.length <= 100;
  if (!goodName) {
    const message = `the schema's name is ${name.slice(0, 40)}, expected letters, digits, _ and -.`;
    context.error('bad-name', get(root, 'name')?.span ?? root.span, message);
  }
  const path = getString(header, 'path') ?? `linux/${name}.h`;
  const span = get(header, 'path')?.span ?? root.span;
  if (getString(header, 'path') === undefined && !goodName) return { path, guard: '_', includes: [] };
  const below = !isAbsolute(path) && !normalize(path).startsWith('..');
  if (!below || !/^[A-Za-z0-9_./+-]*[A-Za-z0-9_+-]$/.test(path) || path.length > 200) {
    context.error(
      'bad-path',
      span,
      `the header's path is ${path.slice(0, 60)}, expected one below the output folder.`,
    );
  }
  const guard = getString(header, 'guard') ?? `_UAPI_${name.toUpperCase().replace(/[^A-Z0-9_]/g, '_')}_H`;
  context.checkOwnName(guard, get(header, 'guard')?.span ?? root.span);
  const includes = getList(header, 'includes').flatMap((item) => {
    if (item.kind !== 'string') return [];
    if (/^[A-Za-z0-9_./+-]+$/.test(item.value)) return [item.value];
    context.error(
      'bad-path',
      item.span,
      `found "${item.value.slice(0, 60)}", expected the path of a header.`,
    );
    return [];
  });
  return { path, guard, includes };
}
