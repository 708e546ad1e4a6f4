import type { Command } from 'commander';
import { assert } from '../../base/internal-error.ts';
import type { JsonValue } from '../../base/json.ts';
import { UsageError } from '../../base/usage-error.ts';
import { worldOf } from '../../codec/oracle/world.ts';
import type { Abi } from '../../layout/abi.ts';
import type { ScalarName } from '../../model/type.ts';
import { readInteger } from '../../plan/access.ts';
import { integerFormat } from '../../plan/place.ts';
import { hexInteger, hexOf } from '../../print/hex.ts';
import { jsonValue } from '../../print/json-value.ts';
import { type KnownPiece, knownMemory } from '../../print/known-memory.ts';
import { structJson } from '../../print/struct-json.ts';
import { elementName } from '../../print/title.ts';
import type { TreeOptions } from '../../print/tree.ts';
import type { PrintOptions } from '../../print/value-printer.ts';
import type { ExitStatus, Finish } from '../exit-status.ts';
import { type ReadHow, readInput } from '../input.ts';
import { type AbiChoice, abiOptions, chosenAbi } from '../options/abi-options.ts';
import { addOptions } from '../options/add-options.ts';
import { archOption } from '../options/arch-option.ts';
import { fdOption, memoryOption, memoryPiece, rawInputOption } from '../options/payload-options.ts';
import { chosenDetail, type DetailChoice, detailOptions, jsonOption } from '../options/print-options.ts';
import { kernelOption, type SchemaChoice, schemaOptions } from '../options/schema-options.ts';
import { decodePayload, type Payload } from '../payload/payload.ts';
import { isSent } from '../pci-input.ts';
import { Catalog } from '../schemas/catalog.ts';
import { codecsFor } from '../schemas/codecs.ts';
import { type DecodeTarget, findOthers, findTargets } from '../schemas/decode-target.ts';
import { type Output, printJson } from '../terminal/output.ts';

interface DecodeOptions extends AbiChoice, SchemaChoice, DetailChoice {
  readonly fd?: string;
  readonly arch?: string;
  readonly mem?: readonly string[];
  readonly array?: boolean;
  readonly hex?: boolean;
  readonly json?: boolean;
  readonly rawInput?: boolean;
}

const help = `
INPUT: a file (.gz too), - for standard input, or text; without it, standard input. Binary files are bytes as they are;
text is hex digits or what xxd, hexdump, od -t x, gdb, kernel logs, C and Python print (docs/commands.md lists all).
The number of an ioctl is enough if only one ioctl has it; otherwise --fd says which kind of file it is for, and
without --fd all are shown. Missing bytes count as 0. NAME[] is the same as --array: as many structs as the input holds.

Examples:
  uapi decode iommu_ioas_map 2800000006000000010000000000000000d05b3a8d7f00000010000000000000000000000000000000
  uapi decode VFIO_IOMMU_GET_INFO reply.bin --json
  uapi decode 0x3b71 reply.bin --fd vfio_container
  uapi decode IOMMU_HWPT_ALLOC call.bin --mem 0x7f0000000000=data.bin
  uapi decode iommu_hwpt_pgfault[] faults.bin --hex`;

/** `uapi decode`: bytes as the values of a struct. */
export function configureDecode(command: Command, output: Output, finish: Finish): void {
  command
    .argument('<NAME>', 'a struct, union or register block, or an ioctl by name or number')
    .argument('[INPUT]', 'a file, - for standard input, or hex digits')
    .option('--array', 'as many structs as the input holds')
    .option('--hex', 'the bytes next to the fields, including reserved ones and padding');
  addOptions(
    command,
    fdOption,
    memoryOption,
    abiOptions,
    kernelOption,
    archOption,
    schemaOptions,
    detailOptions,
    jsonOption,
    rawInputOption,
  )
    .addHelpText('after', help)
    .action((name: string, input: string | undefined, options: DecodeOptions) =>
      finish(runDecode(name, input, options, output)),
    );
}

/** What one target made of the bytes. */
type Decoded = { readonly target: DecodeTarget } & (
  | {
      readonly payload: Payload;
      readonly bytes: Uint8Array;
      readonly memory: PrintOptions['memory'];
      readonly offset: number | null;
    }
  | { readonly integer: bigint; readonly size: number }
  | { readonly failure: UsageError }
);

async function runDecode(
  name: string,
  argument: string | undefined,
  options: DecodeOptions,
  output: Output,
): Promise<ExitStatus> {
  const abi = chosenAbi(options);
  const isArray = options.array === true || name.endsWith('[]');
  const own = name.replace(/\[\]$/, '');
  const catalog = Catalog.load(options);
  const targets = findTargets(catalog, own, options.fd);
  if (argument === undefined && !isSent(0)) {
    throw new UsageError('no INPUT: give a file, - for standard input, or hex digits');
  }
  const how: ReadHow = { order: abi.endian, raw: options.rawInput, output };
  const pieces = options.mem?.map((text) => memoryPiece(text, how));
  const bytes = readInput(argument ?? '-', how);
  const input = { abi, bytes, pieces, isArray };
  const all = (await Promise.all(targets.map((target) => decodeTarget(target, input)))).flat();
  const [only] = all;
  if (targets.length === 1 && only !== undefined && 'failure' in only) throw only.failure;
  if (options.json) {
    const { pointersOf } = options.mem === undefined ? {} : await import('../payload/pointers.ts');
    const documents = all.map((decoded) => decodedJson(decoded, pointersOf));
    printJson(output, isArray || documents.length !== 1 ? documents : (documents[0] ?? null));
    return 0;
  }
  const { styleFor } = await import('../terminal/style.ts');
  const tree = { style: styleFor(output), detail: chosenDetail(options), width: 100 } as const;
  const candidates = [...targets.map(candidateText), ...findOthers(catalog, own, options.fd)];
  if (candidates.length > 1) {
    const text = `${candidates.length} ioctls have the number ${name}; --fd chooses: ${candidates.join('; ')}`;
    output.line(tree.style.warning(text));
  }
  const { payloadLines } = await import('../payload/text.ts');
  for (const [i, decoded] of all.entries()) {
    if (i > 0 || candidates.length > 1) output.line('');
    const shown = options.hex && 'payload' in decoded ? { ...tree, bytes: decoded.bytes } : tree;
    output.line(decodedLines(decoded, shown, payloadLines).join('\n'));
  }
  return 0;
}

/** Most elements of an array. */
const arrayMax = 0x1_0000;

/** What is decoded, and how. */
interface DecodeInput {
  readonly abi: Abi;
  readonly bytes: Uint8Array;
  readonly pieces: readonly KnownPiece[] | undefined;
  readonly isArray: boolean;
}

async function decodeTarget(
  target: DecodeTarget,
  { abi, bytes, pieces, isArray }: DecodeInput,
): Promise<Decoded[]> {
  const { model, type } = target;
  try {
    if (type.kind === 'scalar') return [{ target, ...integerFrom(type.name, abi, bytes) }];
    const codecs = await codecsFor(model, abi);
    const payloadType = { model, struct: type.name, abi, codecs };
    const memory = pieces === undefined ? undefined : { known: knownMemory(pieces), codecs };
    const size = isArray ? elementSize(codecs(type.name)?.size, type.name) : bytes.length;
    if (bytes.length / size > arrayMax) {
      const count = Math.ceil(bytes.length / size);
      throw new UsageError(
        `the input holds ${count} of ${type.name}, more than the ${arrayMax} that are decoded at once`,
      );
    }
    const decoded: Decoded[] = [];
    for (let offset = 0; offset < bytes.length; offset += size) {
      const own = bytes.subarray(offset, offset + size);
      const payload = decodePayload(payloadType, own);
      decoded.push({ target, payload, bytes: own, memory, offset: isArray ? offset : null });
    }
    return decoded;
  } catch (error) {
    if (error instanceof UsageError) return [{ target, failure: error }];
    throw error;
  }
}

/** Bytes from one element of an array to the next. */
function elementSize(size: number | null | undefined, name: string): number {
  if (typeof size === 'number' && size > 0) return size;
  throw new UsageError(`the size of ${name} depends on its contents, so an array of it cannot be decoded`);
}

function integerFrom(name: ScalarName, abi: Abi, bytes: Uint8Array): { integer: bigint; size: number } {
  const format = integerFormat({ kind: 'scalar', name }, abi.endian, abi);
  assert(format !== undefined, 'scalars are integers');
  const { bytes: size } = format;
  if (bytes.length < size)
    throw new UsageError(`the ioctl's argument is a ${name}: needs ${size} bytes, found ${bytes.length}`);
  return { integer: readInteger(format, bytes), size };
}

function candidateText({ ioctl, type }: DecodeTarget): string {
  return `${ioctl?.name ?? ''} of ${ioctl?.fds.join(', ') ?? ''} (${type.kind === 'struct' ? 'struct ' : ''}${type.name})`;
}

function ioctlJson({ ioctl }: DecodeTarget): { readonly [key: string]: JsonValue } {
  return ioctl === null ? {} : { ioctl: ioctl.name, fds: [...ioctl.fds] };
}

function decodedJson(
  decoded: Decoded,
  pointersOf?: typeof import('../payload/pointers.ts').pointersOf,
): JsonValue {
  const { target } = decoded;
  const name = target.type.name;
  if ('failure' in decoded) return { name, ...ioctlJson(target), error: decoded.failure.message };
  if ('integer' in decoded) {
    const { integer, size } = decoded;
    const value = size > 4 ? jsonValue(integer) : Number(integer);
    return { name, size, ...ioctlJson(target), fields: { value }, chains: {}, issues: [] };
  }
  const { value, size, space, issues, format } = decoded.payload;
  const world = worldOf(format.model, format.abi);
  const chains = space.chains.map(({ name: chain, elements }) => [
    chain,
    elements.map(({ id, version, offset, name: struct, size: bytes, value: fields, bytes: raw }) => ({
      id,
      ...(version === null ? {} : { version }),
      offset,
      name: elementName(format.model, chain, { name: struct, id }),
      size: bytes,
      fields: struct === null || fields === null ? {} : structJson(world, struct, fields),
      ...(raw === null ? {} : { bytes: hexOf(raw) }),
    })),
  ]);
  const { memory, offset } = decoded;
  return {
    name,
    size,
    ...(offset === null ? {} : { offset }),
    ...ioctlJson(target),
    fields: structJson(world, name, value),
    ...(memory === undefined || pointersOf === undefined
      ? {}
      : { memory: pointersOf(decoded.payload, memory) }),
    chains: Object.fromEntries(chains) as JsonValue,
    issues: issues.map((issue) => ({ ...issue })),
  };
}

function decodedLines(
  decoded: Decoded,
  tree: Pick<TreeOptions, 'style' | 'detail' | 'width' | 'bytes'>,
  payloadLines: typeof import('../payload/text.ts').payloadLines,
): string[] {
  const { target } = decoded;
  const place = 'payload' in decoded && decoded.offset !== null ? `[${hexInteger(decoded.offset)}] ` : '';
  const heading = target.ioctl === null ? '' : `${target.ioctl.name} (${target.ioctl.fds.join(', ')}): `;
  if ('failure' in decoded) return [tree.style.warning(`${heading}${decoded.failure.message}`)];
  if ('integer' in decoded)
    return [`${heading}${target.type.name} ${decoded.integer} (${hexInteger(decoded.integer)})`];
  return payloadLines(decoded.payload, `${place}${heading}`, tree, decoded.memory);
}
