import type { Interface } from '../../src/model/model.ts';
import { formatRelease } from '../../src/model/release.ts';
import type { Backend, EmitOptions, EmittedFile } from '../backend.ts';
import { declaredBy, interfacesToEmit } from '../scope.ts';
import { printChains } from './chains.ts';
import { codecIndex, hasNativeOrder } from './codec-index.ts';
import { printAliases, printConstants } from './constants.ts';
import { docComment } from './doc.ts';
import { AbiFacts, structsIn } from './facts.ts';
import { printCodecTable, printFingerprints, printIoctlNumbers, printIoctlTable } from './ioctls.ts';
import { Module } from './module.ts';
import { TypeNames } from './names.ts';
import { printStruct } from './struct.ts';
import { printVariants } from './variants.ts';
import { checkViews, ViewChoice } from './view-choice.ts';

/**
 * Codecs in TypeScript: `NAME.ts` with types, constants and functions for little-endian machines, and
 * `NAME.be.ts` with the functions for big-endian ones where they differ.
 */
export const typescriptBackend: Backend = {
  name: 'typescript',
  summary: 'types, constants and codecs in TypeScript',
  settings: {
    runtime: 'where generated files import the runtime from; default uapikit/runtime',
    index: 'name of one more file that finds the codecs of all interfaces, such as index.ts; default none',
    views:
      'structs that get a view: ioctls (default: those that ioctls take), all, none, names, or several with commas',
    extension:
      'extension in imports between generated files: .js (default), or .ts for compilers that need it',
  },
  emit(model, options = {}) {
    const names = new TypeNames(model);
    const views = new ViewChoice(model, options);
    const little = new AbiFacts(model, 'little');
    const big = new AbiFacts(model, 'big');
    return interfacesToEmit(model, options).flatMap((owner) => {
      const files = [
        littleFile(new Module({ model, owner, abis: little, names, views, endian: 'little' }), options),
      ];
      if (hasNativeOrder(model, owner, big))
        files.push(bigFile(new Module({ model, owner, abis: big, names, views, endian: 'big' }), options));
      return files;
    });
  },
  emitTogether(models, options = {}) {
    checkViews(models, options);
    return codecIndex(models, options);
  },
};

function littleFile(module: Module, options: EmitOptions): EmittedFile {
  const { owner } = module;
  printConstants(module);
  printIoctlNumbers(module);
  for (const name of structsInOrder(module)) printStruct(module, name);
  printVariants(module);
  printChains(module);
  printIoctlTable(module);
  printCodecTable(module);
  printFingerprints(module);
  printAliases(module);
  return finished(module, options, `${owner.name}.ts`, owner.doc);
}

function bigFile(module: Module, options: EmitOptions): EmittedFile {
  const { owner, abis } = module;
  for (const name of structsInOrder(module)) {
    if (abis.lp64.hasNativeOrder(name)) printStruct(module, name);
    else printSame(module, name, options);
  }
  printVariants(module);
  printChains(module);
  printIoctlTable(module);
  printCodecTable(module);
  return finished(
    module,
    options,
    `${owner.name}.be.ts`,
    `The codecs of ${owner.name} for big-endian machines.`,
  );
}

/** The structs of a file as the schema orders them, but those that others hold before these. */
function structsInOrder({ model, owner }: Module): readonly string[] {
  const ordered = new Set<string>();
  const add = (name: string): void => {
    const struct = model.structs.get(name);
    if (struct === undefined || ordered.has(name)) return;
    for (const field of struct.fields) structsIn(field.type).forEach(add);
    if (!struct.inline && struct.interface === owner.name) ordered.add(name);
  };
  for (const struct of declaredBy(model.structs, owner.name)) add(struct.name);
  return [...ordered];
}

/** What does not depend on the machine's byte order comes from the little-endian file. */
function printSame(module: Module, struct: string, options: EmitOptions): void {
  const { printer, names, owner, abis } = module;
  const type = names.struct(struct);
  const variants = abis.variants(struct);
  const codecs = [
    ...variants.map(({ suffix }) => `${type}Codec${suffix}`),
    ...(variants.length > 1 ? [`${type}Codecs`] : []),
  ];
  const functions = variants.flatMap(({ facts, suffix }) => [
    `decode${type}${suffix}`,
    `encode${type}${suffix}`,
    ...(module.views.has(struct) ? [`${type}View${suffix}`] : []),
    ...(facts.isDynamic(struct) ? [`measure${type}${suffix}`] : []),
  ]);
  const exported = [...functions, ...codecs];
  printer.blank();
  // The table of codecs names one of them.
  module.value(variants.length > 1 ? `${type}Codecs` : `${type}Codec`, owner.name);
  printer.line(
    `export { ${exported.join(', ')} } from './${owner.name}${options.settings?.['extension'] ?? '.js'}';`,
  );
}

function finished(module: Module, options: EmitOptions, path: string, doc: string): EmittedFile {
  const text = module.printer.toString();
  const imports = module.imports(
    options.settings?.['runtime'] ?? 'uapikit/runtime',
    options.settings?.['extension'] ?? '.js',
  );
  const head = [
    `// Generated by uapikit from ${sourceOf(module.owner)}${releaseText(module)}. Do not edit.`,
    '',
    ...docComment(doc, 0, ['@module']),
    ...(imports.length > 0 ? ['', ...imports] : []),
    '',
  ];
  return { path, text: `${head.join('\n')}\n${text}` };
}

/** The schema's file without its folder, so that the text does not depend on where it lies. */
function sourceOf(owner: Interface): string {
  return (owner.files[0] ?? owner.name).replace(/^.*[\\/]/, '');
}

function releaseText({ model, owner }: Module): string {
  const release = model.release ?? owner.kernel;
  return release === null ? '' : ` (Linux ${formatRelease(release)})`;
}
