import { formatExpression } from '../../src/layout/expression-text.ts';
import { fingerprint } from '../../src/layout/fingerprint.ts';
import { endOfField } from '../../src/layout/flatten.ts';
import { elsewhereText, ioctlNumber } from '../../src/layout/ioctl-number.ts';
import type { Ioctl } from '../../src/model/declaration.ts';
import { declaredBy } from '../scope.ts';
import { literalText } from './code.ts';
import { docComment } from './doc.ts';
import type { Module } from './module.ts';
import { pascalCase } from './names.ts';

/** Prints the numbers of ioctls. */
export function printIoctlNumbers(module: Module): void {
  for (const ioctl of declaredBy(module.model.ioctls, module.owner.name)) {
    const { number, portable } = ioctlNumber(module.model, ioctl);
    const text = `${ioctl.encoding}(${formatExpression(ioctl.type.expression)}, ${formatExpression(ioctl.nr.expression)})`;
    const note = portable
      ? ''
      : ' The number is that of 64-bit machines: the size of the argument in it differs.';
    const elsewhere = elsewhereText(module.model, ioctl);
    const others = elsewhere === '' ? '' : ` (${elsewhere})`;
    module.printer.blank();
    module.printer.lines(
      docComment(`${ioctl.doc}\n\nNumber: ${text}${others}.${note}${errorText(ioctl)}`, 0),
    );
    module.printer.line(`export const ${ioctl.name} = ${literalText(number, true)};`);
  }
}

function errorText(ioctl: Ioctl): string {
  const errors = ioctl.errors.map(({ errno, doc }) => `${errno}: ${doc}`).join(' ');
  return errors === '' ? '' : `\n\n${errors}`;
}

/** Prints the table of a file's ioctls with the sizes and codecs of their arguments. */
export function printIoctlTable(module: Module): void {
  const { printer, owner } = module;
  const ioctls = declaredBy(module.model.ioctls, owner.name);
  if (ioctls.length === 0) return;
  printer.blank();
  printer.lines(docComment(`The ioctls of ${owner.name} by name.`, 0));
  printer.line(`export const ${tableName(owner.name, 'Ioctls')} = {`);
  printer.indented(() => {
    for (const ioctl of ioctls) {
      const { name, fds } = ioctl;
      const kinds = fds.map((fd) => `'${fd}'`).join(', ');
      const cmd = module.value(name, owner.name);
      printer.line(
        `${name}: { name: '${name}', cmd: ${cmd}, fds: [${kinds}], ${argumentParts(module, ioctl)} },`,
      );
    }
  });
  printer.line('} as const;');
}

/** The entries about an ioctl's argument. The struct's first version is the least that a caller must give. */
function argumentParts(module: Module, { argument }: Ioctl): string {
  if (argument.kind !== 'struct') return 'size: null, minSize: 0, codec: null';
  const facts = module.abis.lp64;
  const layout = facts.layout(argument.name);
  const { extensible, negotiated } = facts.struct(argument.name);
  const growth = extensible ?? negotiated;
  const minSize = (growth && endOfField(layout, growth.minThrough)) ?? layout.minSize;
  const codec = module.codecPart(argument.name, facts, '', 'Codec');
  return `size: ${layout.size}, minSize: ${minSize}, codec: ${codec}`;
}

/** Prints the table of a file's structs with their codecs on each abi. */
export function printCodecTable(module: Module): void {
  const { printer, owner, names, abis } = module;
  const structs = declaredBy(module.model.structs, owner.name).filter((struct) => !struct.inline);
  if (structs.length === 0) return;
  printer.blank();
  printer.lines(
    docComment(
      `The codecs of ${owner.name} by the names of the structs, for code that works with any of them.`,
      0,
    ),
  );
  printer.line(
    `export const ${tableName(owner.name, 'Codecs')}: { readonly [struct: string]: ${module.runtimeType('AbiCodecs')}<unknown> } = {`,
  );
  const codecs = structs.map(({ name }) => {
    const type = names.struct(name);
    const same = abis.variants(name).length === 1;
    return `${name}: ${same ? `/* @__PURE__ */ ${module.runtime('onEveryAbi')}(${type}Codec)` : `${type}Codecs`},`;
  });
  printer.indented(() => printer.filled(codecs));
  printer.line('};');
}

/** Prints what the codecs of a file were generated from, so that they are not used for other layouts. */
export function printFingerprints({ printer, owner, model }: Module): void {
  const structs = declaredBy(model.structs, owner.name).filter((struct) => !struct.inline);
  if (structs.length === 0) return;
  printer.blank();
  printer.lines(
    docComment(
      `Fingerprints of the structs of ${owner.name} that the codecs were generated from: another one is another layout.`,
      0,
    ),
  );
  printer.line(
    `export const ${tableName(owner.name, 'Fingerprints')}: { readonly [struct: string]: string } = {`,
  );
  printer.indented(() => {
    printer.filled(structs.map(({ name }) => `${name}: '${fingerprint(model, name)}',`));
  });
  printer.line('};');
}

/** A name for something about a whole interface: `iommufdTestIoctls`. */
export function tableName(owner: string, what: string): string {
  const name = pascalCase(owner.replace(/[^A-Za-z0-9]+/g, '_'));
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}${what}`;
}
