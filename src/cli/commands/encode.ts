import type { Command } from 'commander';
import { assert } from '../../base/internal-error.ts';
import { jsonExcerpt } from '../../base/json-excerpt.ts';
import { UsageError } from '../../base/usage-error.ts';
import type { CodecLookup } from '../../chain/members.ts';
import { CodecError } from '../../codec/runtime/errors.ts';
import type { Abi } from '../../layout/abi.ts';
import type { Model } from '../../model/model.ts';
import type { ScalarName } from '../../model/type.ts';
import { integerBytes } from '../../plan/access.ts';
import { integerFormat } from '../../plan/place.ts';
import { hexOf } from '../../print/hex.ts';
import { structOfElement } from '../../print/title.ts';
import { JsonReader } from '../../read/json-values.ts';
import { unicodeText } from '../../read/unicode-text.ts';
import type { ExitStatus, Finish } from '../exit-status.ts';
import { inputMax, readFile, readStandardInput } from '../input.ts';
import { type AbiChoice, abiOptions, chosenAbi } from '../options/abi-options.ts';
import { addOptions } from '../options/add-options.ts';
import { archOption } from '../options/arch-option.ts';
import { fdOption } from '../options/payload-options.ts';
import { kernelOption, type SchemaChoice, schemaOptions } from '../options/schema-options.ts';
import { isSent } from '../pci-input.ts';
import { Catalog } from '../schemas/catalog.ts';
import { codecsFor } from '../schemas/codecs.ts';
import { type DecodeTarget, findTarget } from '../schemas/decode-target.ts';
import type { Output } from '../terminal/output.ts';

interface EncodeOptions extends AbiChoice, SchemaChoice {
  readonly fd?: string;
  readonly arch?: string;
  readonly raw?: boolean;
}

const help = `
JSON: an object with the struct's members, a file with it, or - for standard input; without it, standard input. What
\`uapi decode --json\` prints is accepted too, and arrays of either make structs one after the other.

Members that are left out get their defaults, sizes the size of the struct. Integers are numbers or strings ("0x1000"), flags
also names ("FIXED_IOVA|READABLE", ["READABLE"]), values of enums names. Arrays of char are text ("vdpa0"; \\xNN for
a byte that is not text), other bytes hex digits.

Examples:
  uapi encode IOMMU_IOAS_MAP '{"flags": "FIXED_IOVA|READABLE", "ioas_id": 2, "length": "0x1000", "iova": "0x80000000"}'
  uapi encode iommu_iova_range '[{"start": 0, "last": "0xffff"}, {"start": "0x20000", "last": "0x2ffff"}]'
  uapi decode IOMMU_IOAS_MAP call.bin --json | uapi encode IOMMU_IOAS_MAP - --raw > again.bin`;

/** `uapi encode`: values as the bytes of a struct. */
export function configureEncode(command: Command, output: Output, finish: Finish): void {
  command
    .argument('<NAME>', 'a struct, union or register block, or an ioctl by name or number')
    .argument('[JSON]', 'values as JSON, a file with them, or - for standard input')
    .option('--raw', 'write the bytes themselves instead of hex digits');
  addOptions(command, fdOption, abiOptions, kernelOption, archOption, schemaOptions)
    .addHelpText('after', help)
    .action((name: string, json: string | undefined, options: EncodeOptions) =>
      finish(runEncode(name, json, options, output)),
    );
}

async function runEncode(
  name: string,
  argument: string | undefined,
  options: EncodeOptions,
  output: Output,
): Promise<ExitStatus> {
  const abi = chosenAbi(options);
  const catalog = Catalog.load(options);
  const target = findTarget(catalog, name.replace(/\[\]$/, ''), options.fd);
  if (argument === undefined && !isSent(0)) {
    throw new UsageError('no JSON: give an object, a file with one, or - for standard input');
  }
  const json = parsed(argument ?? '-');
  const bytes = await encoded(target, json, abi);
  if (options.raw) output.bytes(bytes);
  else output.line(hexOf(bytes));
  return 0;
}

/** The JSON value that an argument stands for. */
function parsed(argument: string): unknown {
  const isText = /^\s*[{["\d-]/.test(argument) && argument !== '-';
  const name = isText ? 'the JSON' : argument === '-' ? 'standard input' : argument;
  const text = isText
    ? argument.replace(/^\ufeff/, '')
    : unicodeText(argument === '-' ? readStandardInput() : readFile(argument));
  if (text === null) throw new UsageError(`${name} is not text in UTF-8 or UTF-16, expected JSON`);
  if (text.trim() === '') throw new UsageError(`${name} is empty, expected JSON`);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = (error as Error).message
      .replace(/,? ?(\.\.\.)?"[\s\S]*" is not valid JSON$/, '')
      .replace(/\s+/g, ' ');
    throw new UsageError(`${name} is not JSON: ${reason}`);
  }
}

async function encoded(target: DecodeTarget, json: unknown, abi: Abi): Promise<Uint8Array> {
  const { type } = target;
  const values = Array.isArray(json)
    ? json.map((each: unknown, i) => [`[${i}]`, each] as const)
    : [['', json] as const];
  if (type.kind === 'scalar') {
    return joined(values.map(([place, each]) => scalarBytes(type.name, abi, each, `${type.name}${place}`)));
  }
  return encodedStructs(target.model, type.name, values, abi);
}

async function encodedStructs(
  model: Model,
  name: string,
  values: readonly (readonly [place: string, json: unknown])[],
  abi: Abi,
): Promise<Uint8Array> {
  const codecs = await codecsFor(model, abi);
  const reader = new JsonReader(model, abi);
  const parts: Uint8Array[] = [];
  for (const [place, each] of values) {
    const where = `${name}${place}`;
    if (!isDocument(each)) {
      parts.push(encodedStruct(codecs, name, reader.struct(name, each, where)));
      continue;
    }
    if (each.name !== undefined && each.name !== name) {
      throw new UsageError(`${where}: the JSON is of ${jsonExcerpt(each.name)}, expected ${name}`);
    }
    const head = encodedStruct(codecs, name, reader.struct(name, each.fields, `${where}.fields`));
    parts.push(withElements(head, each, { model, reader, codecs, where }));
  }
  return joined(parts);
}

/** What `uapi decode --json` prints: fields, and elements of chains at their offsets. */
interface Document {
  readonly name?: unknown;
  readonly fields: unknown;
  readonly chains?: unknown;
}

function isDocument(json: unknown): json is Document {
  return isMap(json) && isMap(json['fields']) && 'name' in json;
}

function withElements(
  head: Uint8Array,
  { chains }: Document,
  { model, reader, codecs, where }: { model: Model; reader: JsonReader; codecs: CodecLookup; where: string },
): Uint8Array {
  const placed: { readonly offset: number; readonly bytes: Uint8Array }[] = [{ offset: 0, bytes: head }];
  for (const [chain, elements] of Object.entries(isMap(chains) ? chains : {})) {
    if (!Array.isArray(elements)) throw new UsageError(`${where}.chains.${chain}: expected an array`);
    for (const [i, element] of (elements as unknown[]).entries()) {
      const place = `${where}.chains.${chain}[${i}]`;
      const { offset, name, fields, bytes } = isMap(element) ? element : {};
      if (typeof offset !== 'number' || !Number.isInteger(offset) || offset < 0 || offset > inputMax) {
        throw new UsageError(`${place}.offset: expected an offset in bytes, found ${jsonExcerpt(offset)}`);
      }
      if (typeof bytes === 'string')
        placed.push({ offset, bytes: new Uint8Array(Buffer.from(bytes, 'hex')) });
      else if (typeof name === 'string' && codecs(structOfElement(model, chain, name)) !== undefined) {
        const struct = structOfElement(model, chain, name);
        const value = reader.struct(struct, fields, `${place}.fields`);
        placed.push({ offset, bytes: encodedStruct(codecs, struct, value) });
      } else throw new UsageError(`${place}.name: ${jsonExcerpt(name)} is not a known struct`);
    }
  }
  const size = Math.max(...placed.map(({ offset, bytes }) => offset + bytes.length));
  const whole = new Uint8Array(size);
  for (const { offset, bytes } of placed) whole.set(bytes, offset);
  return whole;
}

function encodedStruct(codecs: CodecLookup, name: string, value: object): Uint8Array {
  const codec = codecs(name);
  if (codec === undefined) throw new UsageError(`${name} cannot be encoded`);
  try {
    const bytes = new Uint8Array(codec.measure(value));
    codec.encode(value, new DataView(bytes.buffer));
    return bytes;
  } catch (error) {
    if (error instanceof CodecError) throw new UsageError(`cannot write ${name}: ${error.message}`);
    throw error;
  }
}

function scalarBytes(name: ScalarName, abi: Abi, json: unknown, where: string): Uint8Array {
  const format = integerFormat({ kind: 'scalar', name }, abi.endian, abi);
  assert(format !== undefined, 'scalars are integers');
  const { bytes: size, signed } = format;
  const given = isDocument(json) && isMap(json.fields) ? json.fields['value'] : json;
  const text = typeof given === 'number' || typeof given === 'string' ? String(given) : '';
  if (!/^-?(0x[0-9a-f]+|\d+)$/i.test(text)) {
    throw new UsageError(`${where}: expected an integer, found ${jsonExcerpt(given)}`);
  }
  const integer = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  const kept = signed ? BigInt.asIntN(8 * size, integer) : BigInt.asUintN(8 * size, integer);
  if (kept !== integer) throw new UsageError(`${where}: ${text} does not fit in a ${name}`);
  return integerBytes(format, integer);
}

function isMap(json: unknown): json is { readonly [name: string]: unknown } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
