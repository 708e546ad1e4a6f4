import type { Command } from 'commander';
import type { JsonValue } from '../base/json.ts';
import { type Abi, abis, parseAbi } from '../layout/abi.ts';
import { scalars } from '../model/type.ts';
import { hexInteger, hexOf } from '../print/hex.ts';
import { jsonValue } from '../print/json-value.ts';
import type { TreeOptions } from '../print/tree.ts';
import { Catalog } from './catalog.ts';
import { codecsFor } from './codecs.ts';
import { type DecodeTarget, findTargets } from './decode-target.ts';
import type { ExitStatus } from './exit-status.ts';
import { readInput } from './input.ts';
import { type Output, printJson } from './output.ts';
import { decodePayload, type Payload } from './payload.ts';
import { isSent } from './pci-input.ts';
import { repeated } from './repeated.ts';
import { UsageError } from './usage-error.ts';

interface DecodeOptions {
  readonly abi: string;
  readonly endian?: string;
  readonly fd?: string;
  readonly kernel?: string;
  readonly schema?: string[];
  readonly json?: boolean;
  readonly brief?: boolean;
  readonly verbose?: boolean;
}

const help = `
INPUT: a file (.gz too), - for standard input, or hex digits; without it, standard input.
A number of an ioctl is enough where it has only one; else --fd says which kind of file it is for, and without --fd
all are shown. Missing bytes count as 0.

Examples:
  uapi decode iommu_ioas_map 2800000006000000010000000000000000d05b3a8d7f00000010000000000000000000000000000000
  uapi decode VFIO_IOMMU_GET_INFO reply.bin --json
  uapi decode 0x3b71 reply.bin --fd vfio_container`;

/** `uapi decode`: bytes as the values of a struct. */
export function configureDecode(
  command: Command,
  output: Output,
  finish: (status: ExitStatus | Promise<ExitStatus>) => void,
): void {
  command
    .argument('<NAME>', 'a struct, union or register block, or an ioctl by name or number')
    .argument('[INPUT]', 'a file, - for standard input, or hex digits')
    .option('--fd <KIND>', 'kind of file that the ioctl is for: iommufd, vfio_device, vfio_container, ...')
    .option('--abi <ABI>', 'lp64, ilp32 or i386, with -be for big-endian machines', 'lp64')
    .option('--endian <ORDER>', 'little or big')
    .option('--kernel <RELEASE>', 'as of this release: 6.12, 6.12.117, 6.12.y')
    .option('--schema <FILE>', 'a further schema file (can be repeated)', repeated)
    .option('--brief', 'without descriptions and bits that are clear')
    .option('-v, --verbose', 'every bit on a line of its own, with access class and full description')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((name: string, input: string | undefined, options: DecodeOptions) =>
      finish(runDecode(name, input, options, output)),
    );
}

/** What one target made of the bytes. */
type Decoded = { readonly target: DecodeTarget } & (
  | { readonly payload: Payload }
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
  const targets = findTargets(Catalog.load(options.schema, options.kernel), name, options.fd);
  if (argument === undefined && !isSent(0)) {
    throw new UsageError('no INPUT: give a file, - for standard input, or hex digits');
  }
  const { bytes } = readInput(argument ?? '-');
  const all = await Promise.all(targets.map((target) => decodeTarget(target, abi, bytes)));
  const [only] = all;
  if (all.length === 1 && only !== undefined && 'failure' in only) throw only.failure;
  if (options.json) {
    const documents = all.map(decodedJson);
    printJson(output, documents.length === 1 ? (documents[0] ?? null) : documents);
    return 0;
  }
  const { styleFor } = await import('./style.ts');
  const detail = options.verbose ? 'full' : options.brief ? 'brief' : 'normal';
  const tree = { style: styleFor(output), detail, width: 100 } as const;
  if (all.length > 1) {
    output.line(
      tree.style.warning(
        `${all.length} ioctls have the number ${name}; --fd chooses: ${all.map(({ target }) => candidateText(target)).join('; ')}`,
      ),
    );
  }
  const { payloadLines } = await import('./payload-text.ts');
  for (const [i, decoded] of all.entries()) {
    if (i > 0 || all.length > 1) output.line('');
    output.line(decodedLines(decoded, tree, payloadLines).join('\n'));
  }
  return 0;
}

async function decodeTarget(target: DecodeTarget, abi: Abi, bytes: Uint8Array): Promise<Decoded> {
  const { model, type } = target;
  try {
    if (type.kind === 'scalar') return { target, ...integerFrom(type.name, abi, bytes) };
    const codecs = await codecsFor(model, abi);
    return { target, payload: decodePayload({ model, struct: type.name, abi, codecs }, bytes) };
  } catch (error) {
    if (error instanceof UsageError) return { target, failure: error };
    throw error;
  }
}

function integerFrom(
  name: keyof typeof scalars,
  abi: Abi,
  bytes: Uint8Array,
): { integer: bigint; size: number } {
  const { bytes: size, signed, order } = scalars[name];
  if (bytes.length < size)
    throw new UsageError(`the ioctl's argument is a ${name}: needs ${size} bytes, found ${bytes.length}`);
  const own = [...bytes.subarray(0, size)];
  if ((order === 'native' ? abi.endian : order) === 'little') own.reverse();
  const unsigned = own.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { integer: signed ? BigInt.asIntN(8 * size, unsigned) : unsigned, size };
}

function chosenAbi({ abi: text, endian }: DecodeOptions): Abi {
  const abi = parseAbi(text);
  if (abi === undefined) {
    throw new UsageError(`unknown abi ${text}, expected one of ${Object.keys(abis).join(', ')}`);
  }
  if (endian === undefined) return abi;
  if (endian !== 'little' && endian !== 'big')
    throw new UsageError(`--endian ${endian}: expected little or big`);
  return parseAbi(endian === 'big' ? `${abi.name}-be` : abi.name) ?? abi;
}

function candidateText({ ioctl, type }: DecodeTarget): string {
  return `${ioctl?.name ?? ''} of ${ioctl?.fds.join(', ') ?? ''} (${type.kind === 'struct' ? 'struct ' : ''}${type.name})`;
}

function ioctlJson({ ioctl }: DecodeTarget): { readonly [key: string]: JsonValue } {
  return ioctl === null ? {} : { ioctl: ioctl.name, fds: [...ioctl.fds] };
}

function decodedJson(decoded: Decoded): JsonValue {
  const { target } = decoded;
  const name = target.type.name;
  if ('failure' in decoded) return { name, ...ioctlJson(target), error: decoded.failure.message };
  if ('integer' in decoded) {
    const { integer, size } = decoded;
    const value = size > 4 ? jsonValue(integer) : Number(integer);
    return { name, size, ...ioctlJson(target), fields: { value }, chains: {}, issues: [] };
  }
  const { value, size, space, issues } = decoded.payload;
  const chains = space.chains.map(({ name: chain, elements }) => [
    chain,
    elements.map(({ id, version, offset, name: struct, size: bytes, value: fields, bytes: raw }) => ({
      id,
      ...(version === null ? {} : { version }),
      offset,
      name: struct,
      size: bytes,
      fields: jsonValue(fields ?? {}),
      ...(raw === null ? {} : { bytes: hexOf(raw) }),
    })),
  ]);
  return {
    name,
    size,
    ...ioctlJson(target),
    fields: jsonValue(value),
    chains: Object.fromEntries(chains) as JsonValue,
    issues: issues.map((issue) => ({ ...issue })),
  };
}

function decodedLines(
  decoded: Decoded,
  tree: Pick<TreeOptions, 'style' | 'detail' | 'width'>,
  payloadLines: typeof import('./payload-text.ts').payloadLines,
): string[] {
  const { target } = decoded;
  const heading = target.ioctl === null ? '' : `${target.ioctl.name} (${target.ioctl.fds.join(', ')}): `;
  if ('failure' in decoded) return [tree.style.warning(`${heading}${decoded.failure.message}`)];
  if ('integer' in decoded)
    return [`${heading}${target.type.name} ${decoded.integer} (${hexInteger(decoded.integer)})`];
  return payloadLines(decoded.payload, heading, tree);
}
