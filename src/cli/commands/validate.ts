import type { Command } from 'commander';
import { UsageError } from '../../base/usage-error.ts';
import { chainIssues, hasChains } from '../../validate/chains.ts';
import { type MemoryPiece, memoryOf } from '../../validate/memory.ts';
import { makeValidator } from '../../validate/validator.ts';
import type { ExitStatus, Finish } from '../exit-status.ts';
import { type ReadHow, readInput } from '../input.ts';
import { type AbiChoice, abiOptions, chosenAbi } from '../options/abi-options.ts';
import { addOptions } from '../options/add-options.ts';
import { archOption } from '../options/arch-option.ts';
import { fdOption, memoryOption, memoryPiece, rawInputOption } from '../options/payload-options.ts';
import { jsonOption } from '../options/print-options.ts';
import { kernelOption, type SchemaChoice, schemaOptions } from '../options/schema-options.ts';
import type { Validated } from '../payload/validated.ts';
import { isSent } from '../pci-input.ts';
import { Catalog } from '../schemas/catalog.ts';
import { type DecodeTarget, findTarget } from '../schemas/decode-target.ts';
import { type Output, printJson } from '../terminal/output.ts';

interface ValidateOptions extends AbiChoice, SchemaChoice {
  readonly fd?: string;
  readonly arch?: string;
  readonly mem?: readonly string[];
  readonly trace?: string;
  readonly json?: boolean;
  readonly rawInput?: boolean;
}

const help = `
INPUT: a file (.gz too), - for standard input, or text; without it, standard input. Binary files are bytes as they are;
text is hex digits or what xxd, hexdump, od -t x, gdb, kernel logs, C and Python print (docs/commands.md lists all).
The bytes are those of the argument as it goes into the call. --mem provides memory that fields point to.

Exit status 1: the kernel would refuse the payload; for a trace: a call had a different result than its payload says.

Examples:
  uapi validate iommu_ioas_map 280000000600000001000000000000000000000001000000001000000000000000000000000000
  uapi validate IOMMU_HWPT_INVALIDATE call.bin --mem 0x200000000=requests.bin --json
  uapi validate 0x3b71 call.bin --fd iommufd
  uapi validate --trace calls.jsonl.gz`;

/** `uapi validate`: what is wrong with a payload, and what the kernel answers. */
export function configureValidate(command: Command, output: Output, finish: Finish): void {
  command
    .argument('[NAME]', 'a struct, or an ioctl by name or number')
    .argument('[INPUT]', 'a file, - for standard input, or hex digits')
    .option('--trace <TRACE>', 'check every call of a recorded trace instead');
  addOptions(
    command,
    fdOption,
    memoryOption,
    abiOptions,
    kernelOption,
    archOption,
    schemaOptions,
    jsonOption,
    rawInputOption,
  )
    .addHelpText('after', help)
    .action((name: string | undefined, input: string | undefined, options: ValidateOptions) =>
      finish(run(name, input, options, output)),
    );
}

async function run(
  name: string | undefined,
  argument: string | undefined,
  options: ValidateOptions,
  output: Output,
): Promise<ExitStatus> {
  if (options.trace !== undefined) {
    if (name !== undefined) throw new UsageError(`${name}: --trace takes the place of NAME and INPUT`);
    const { validateTrace } = await import('./validate-trace.ts');
    return validateTrace(options.trace, options, output);
  }
  if (name === undefined) throw new UsageError('no NAME: give a struct or an ioctl, or --trace TRACE');
  return validateOne(name, argument, options, output);
}

async function validateOne(
  name: string,
  argument: string | undefined,
  options: ValidateOptions,
  output: Output,
): Promise<ExitStatus> {
  const target = findTarget(Catalog.load(options), name, options.fd);
  if (argument === undefined && !isSent(0)) {
    throw new UsageError('no INPUT: give a file, - for standard input, or hex digits');
  }
  const how: ReadHow = { order: chosenAbi(options).endian, raw: options.rawInput, output };
  const memory = options.mem?.map((text) => memoryPiece(text, how));
  const bytes = readInput(argument ?? '-', how);
  const validated = await validateBytes(target, bytes, options, memory);
  if (options.json) {
    const { validatedJson } = await import('../payload/validate-json.ts');
    printJson(output, validatedJson(validated));
  } else {
    const [{ validatedLines }, { styleFor }] = await Promise.all([
      import('../payload/validate-text.ts'),
      import('../terminal/style.ts'),
    ]);
    output.line(validatedLines(validated, styleFor(output)).join('\n'));
  }
  return validated.report.issues.some(({ severity }) => severity === 'error') ? 1 : 0;
}

async function validateBytes(
  target: DecodeTarget,
  bytes: Uint8Array,
  options: ValidateOptions,
  pieces: readonly MemoryPiece[] | undefined,
): Promise<Validated> {
  const { model, type, ioctl } = target;
  if (type.kind !== 'struct') {
    throw new UsageError(
      `the argument of ${ioctl?.name ?? type.name} points to a ${type.name}, which has no rules`,
    );
  }
  const abi = chosenAbi(options);
  const validator = makeValidator(model, type.name, {
    abi,
    env: askedFile(target, options.fd),
    ...(ioctl === null ? {} : { ioctl: ioctl.name }),
  });
  if (validator === undefined)
    throw new UsageError(`the size of ${type.name} is not fixed, it cannot be validated`);
  const memory = pieces === undefined ? {} : { memory: memoryOf(pieces) };
  const report = validator.validate(bytes, memory);
  const { codecsFor } = hasChains(model, type.name) ? await import('../schemas/codecs.ts') : {};
  const codecs = await codecsFor?.(model, abi);
  const chains = codecs === undefined ? [] : chainIssues(model, type.name, bytes, { abi, codecs });
  return {
    target,
    model,
    struct: type.name,
    size: validator.plan.size,
    given: bytes.length,
    report: { ...report, issues: [...report.issues, ...chains] },
  };
}

/** `env.KIND` of rules is 1 for the kind of file that is asked; open where several may be. */
function askedFile({ model, ioctl }: DecodeTarget, fd: string | undefined): Readonly<Record<string, bigint>> {
  const asked = fd ?? (ioctl?.fds.length === 1 ? ioctl.fds[0] : undefined);
  if (asked === undefined) return {};
  return Object.fromEntries([...model.fds.keys()].map((kind) => [kind, kind === asked ? 1n : 0n]));
}
