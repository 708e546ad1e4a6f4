import { FunctionContext } from './context.ts';
import { printDecodeBody, printDecodeChecks } from './decode.ts';
import { docComment } from './doc.ts';
import { printEncodeBody, printEncodeChecks } from './encode.ts';
import type { StructFacts } from './facts.ts';
import type { Module } from './module.ts';
import { memberOf } from './names.ts';
import { type Plan, planOf } from './plan.ts';
import { isByte } from './scalar.ts';
import { FunctionScope } from './scope.ts';
import { printMembersOf, printTypes } from './types.ts';
import { printViews } from './view.ts';

/** Prints everything of a struct: types, size, functions, view and codec, for each abi that differs. */
export function printStruct(module: Module, name: string): void {
  const { printer, endian, abis } = module;
  if (endian === 'little') {
    const plan = planOf(name, abis.lp64);
    printTypes(module, plan);
    printMembersOf(module, plan);
  }
  for (const { facts, suffix } of abis.variants(name)) {
    const plan = planOf(name, facts);
    printSize(module, plan, suffix);
    printDecode(module, plan, suffix);
    printEncode(module, plan, suffix);
    if (facts.isDynamic(name)) printMeasure(module, plan, suffix);
    if (module.views.has(name)) printViews(module, plan, suffix);
    printCodec(module, plan, suffix);
  }
  printAbiCodecs(module, name);
  printer.blank();
}

function printSize(module: Module, { struct, layout, facts }: Plan, suffix: string): void {
  const dynamic = facts.isDynamic(struct.name);
  const name = `${dynamic ? 'minSizeof' : 'sizeof'}${module.names.struct(struct.name)}${suffix}`;
  module.printer.blank();
  if (module.endian === 'big') return;
  const doc = dynamic ? `Bytes that every ${struct.name} has` : `Bytes of ${struct.name}`;
  module.printer.lines(docComment(`${doc}${abiText(suffix)}.`, 0));
  module.printer.line(`export const ${name} = ${layout.minSize};`);
}

function abiText(suffix: string): string {
  return suffix === '' ? '' : suffix === 'I386' ? ' on i386' : ' on 32-bit machines';
}

function orderText(module: Module): string {
  return module.endian === 'big' ? ' of a big-endian machine' : '';
}

/** What a struct is called in comments: `struct iommu_ioas_map`. */
function titleOf({ struct }: Plan): string {
  return `${struct.kind} ${struct.tag ?? struct.name}`;
}

function printDecode(module: Module, plan: Plan, suffix: string): void {
  const { printer, names } = module;
  const { struct, facts } = plan;
  const type = module.structType(struct.name);
  const name = `${names.struct(struct.name)}${suffix}`;
  const context = contextParameter(module, facts, struct.name);
  const end = facts.isDynamic(struct.name) ? ['end = view.byteLength'] : [];
  const decoder = new FunctionContext(module, plan, 'decoder');
  printer.blank();
  printer.lines(docComment(`Reads ${titleOf(plan)}${orderText(module)}${abiText(suffix)}.`, 0));
  printer.line(
    `export function decode${name}(${['view: DataView', 'offset = 0', ...end, ...context].join(', ')}): ${type} {`,
  );
  printer.indented(() => {
    printDecodeChecks(decoder);
    if (module.isNested(struct.name))
      printer.line(`return read${name}(view, offset${context.length > 0 ? ', context' : ''});`);
    else printDecodeBody(decoder);
  });
  printer.line('}');
  if (!module.isNested(struct.name)) return;
  printer.blank();
  printer.lines(docComment('', 0, [`@internal Reads ${titleOf(plan)} inside of something else.`]));
  printer.line(
    `export function read${name}(${['view: DataView', 'offset: number', ...context].join(', ')}): ${type} {`,
  );
  printer.indented(() => printDecodeBody(decoder));
  printer.line('}');
}

function printEncode(module: Module, plan: Plan, suffix: string): void {
  const { printer, names } = module;
  const { struct, facts } = plan;
  const name = `${names.struct(struct.name)}${suffix}`;
  const context = contextParameter(module, facts, struct.name);
  const encoder = new FunctionContext(module, plan, 'encoder');
  printer.blank();
  printer.lines(
    docComment(
      `Writes ${titleOf(plan)}${orderText(module)}${abiText(suffix)} and returns the number of bytes.`,
      0,
    ),
  );
  printSignature(module, `export function encode${name}`, [
    `value: ${inputType(module, plan)}`,
    'view: DataView',
    'offset = 0',
    ...context,
  ]);
  printer.indented(() => {
    printEncodeChecks(encoder);
    if (!module.isNested(struct.name)) printEncodeBody(encoder);
    else printer.line(`return write${name}(value, view, offset${context.length > 0 ? ', context' : ''});`);
  });
  printer.line('}');
  if (!module.isNested(struct.name)) return;
  printer.blank();
  printer.lines(docComment('', 0, [`@internal Writes ${titleOf(plan)} inside another struct.`]));
  printSignature(module, `export function write${name}`, [
    `value: ${inputType(module, plan)}`,
    'view: DataView',
    'offset: number',
    ...context,
  ]);
  printer.indented(() => printEncodeBody(encoder));
  printer.line('}');
}

function printSignature({ printer }: Module, head: string, parameters: readonly string[]): void {
  const line = `${head}(${parameters.join(', ')}): number {`;
  if (line.length <= 110) {
    printer.line(line);
    return;
  }
  printer.line(`${head}(`);
  printer.indented(() => printer.lines(parameters.map((each) => `${each},`)));
  printer.line('): number {');
}

/** What encoders take: members may be left out, at every level. */
function inputType(module: Module, plan: Plan): string {
  const flat = plan.items.every((item) => item.kind === 'scalar' && item.field.bits === undefined);
  const type = module.structType(plan.struct.name);
  return flat ? `Partial<${type}>` : `${module.runtimeType('Encodable')}<${type}>`;
}

function contextParameter(module: Module, facts: StructFacts, name: string): readonly string[] {
  return facts.usesContext(name) ? [`context?: ${module.runtimeType('CodecContext')}`] : [];
}

function printMeasure(module: Module, plan: Plan, suffix: string): void {
  const { printer, names } = module;
  const { struct, facts } = plan;
  printer.blank();
  printer.lines(docComment(`Bytes that a ${struct.name} takes${abiText(suffix)}.`, 0));
  const parameters = [`value: ${inputType(module, plan)}`, ...contextParameter(module, facts, struct.name)];
  const name = names.struct(struct.name);
  printer.line(`export function measure${name}${suffix}(${parameters.join(', ')}): number {`);
  printer.indented(() => {
    const quick = quickMeasure(module, plan);
    if (quick !== undefined) printer.line(quick);
    const context = facts.usesContext(struct.name) ? ', context' : '';
    printer.line(`return ${module.runtime('measureByEncoding')}(encode${name}${suffix}, value${context});`);
  });
  printer.line('}');
}

/** The statement for a C struct that ends in an array which the caller gives. */
function quickMeasure(module: Module, plan: Plan): string | undefined {
  const last = plan.items.at(-1);
  if (plan.struct.kind !== 'struct' || last === undefined || last.delta === null || last.name === null)
    return undefined;
  if (
    last.field.type.kind !== 'flexible' ||
    last.field.condition !== undefined ||
    plan.facts.isDynamicType(last.field.type.element)
  )
    return undefined;
  const bytes = new FunctionScope(module, plan, false).elementBytes(last);
  const given = memberOf('value', last.name);
  const end = `${last.delta} + ${bytes === 1 ? '' : `${bytes} * `}${given}.length`;
  const size = last.delta === plan.layout.minSize ? end : `Math.max(${plan.layout.minSize}, ${end})`;
  const isGiven = isByte(last.field.type.element)
    ? `${given} instanceof Uint8Array`
    : `Array.isArray(${given})`;
  return `if (${isGiven}) return ${size};`;
}

function printCodec(module: Module, plan: Plan, suffix: string): void {
  const { printer, names } = module;
  const { struct, layout, facts } = plan;
  const name = names.struct(struct.name);
  const type = module.structType(struct.name);
  const members = module.value(`membersOf${name}`, struct.interface);
  const codec = module.runtimeType('StructCodec');
  printer.blank();
  printer.lines(docComment(`Codec of ${struct.name}${orderText(module)}${abiText(suffix)}.`, 0));
  if (!facts.isDynamic(struct.name)) {
    printer.line(
      `export const ${name}Codec${suffix}: ${codec}<${type}> = /* @__PURE__ */ ${module.runtime('fixedCodec')}(`,
    );
    printer.indented(() =>
      printer.filled([
        `'${struct.name}',`,
        `${layout.minSize},`,
        `${members},`,
        `decode${name}${suffix},`,
        `encode${name}${suffix},`,
      ]),
    );
    printer.line(');');
    return;
  }
  printer.line(
    `export const ${name}Codec${suffix}: ${codec}<${type}> = /* @__PURE__ */ ${module.runtime('structCodec')}({`,
  );
  printer.indented(() =>
    printer.filled([
      `name: '${struct.name}',`,
      'size: null,',
      `minSize: ${layout.minSize},`,
      `members: ${members},`,
      `decode: decode${name}${suffix},`,
      `encodeTyped: encode${name}${suffix},`,
      `measure: measure${name}${suffix},`,
    ]),
  );
  printer.line('});');
}

function printAbiCodecs(module: Module, name: string): void {
  const { printer, abis, names } = module;
  const type = names.struct(name);
  const codec = (abi: 'lp64' | 'ilp32' | 'i386'): string => `${abi}: ${type}Codec${abis.suffix(abi, name)}`;
  if (abis.variants(name).length === 1) return;
  printer.blank();
  printer.lines(docComment(`Codecs of ${name} on each abi.`, 0));
  printer.line(
    `export const ${type}Codecs: ${module.runtimeType('AbiCodecs')}<${module.structType(name)}> = {`,
  );
  printer.indented(() => printer.line(`${codec('lp64')}, ${codec('ilp32')}, ${codec('i386')},`));
  printer.line('};');
}
