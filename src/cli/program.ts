import { Command, CommanderError } from 'commander';
import type { ExitStatus } from './exit-status.ts';
import type { Output } from './output.ts';
import { UsageError } from './usage-error.ts';

type Finish = (status: ExitStatus | Promise<ExitStatus>) => void;
type Configure = (command: Command, output: Output, finish: Finish) => void;

/** The commands: name, summary, and the module that knows its arguments, loaded when it is used. */
const commands: readonly {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Configure>;
}[] = [
  {
    name: 'list',
    summary: 'structs, ioctls, register blocks and chains that are known',
    load: async () => (await import('./list.ts')).configureList,
  },
  {
    name: 'layout',
    summary: 'offsets, sizes and holes of a struct, as pahole prints them',
    load: async () => (await import('./layout.ts')).configureLayout,
  },
  {
    name: 'check',
    summary: 'parse and resolve schemas, print what is wrong in them',
    load: async () => (await import('./check.ts')).configureCheck,
  },
  {
    name: 'init',
    summary: 'write a first schema, to be changed',
    load: async () => (await import('./init.ts')).configureInit,
  },
  {
    name: 'gen',
    summary: 'write C headers, codecs, docs and more from schemas',
    load: async () => (await import('./gen.ts')).configureGen,
  },
  {
    name: 'decode',
    summary: 'a struct, register block or ioctl argument as values, with its chains',
    load: async () => (await import('./decode.ts')).configureDecode,
  },
  {
    name: 'encode',
    summary: "a struct's or ioctl argument's values, as JSON, into bytes",
    load: async () => (await import('./encode.ts')).configureEncode,
  },
  {
    name: 'validate',
    summary: 'what is wrong with a payload, and the errno that the kernel answers',
    load: async () => (await import('./validate.ts')).configureValidate,
  },
  {
    name: 'pci',
    summary: 'PCI config spaces with their capabilities, from lspci, sysfs or hex',
    load: async () => (await import('./pci.ts')).configurePci,
  },
  {
    name: 'trace',
    summary: 'recorded calls as strace prints them',
    load: async () => (await import('./trace.ts')).configureTrace,
  },
  {
    name: 'replay',
    summary: 'a recorded ioctl trace on the reference /dev/iommu',
    load: async () => (await import('./replay.ts')).configureReplay,
  },
  {
    name: 'ioas',
    summary: 'a flow of calls on the /dev/iommu that the mail of 2021 asks for',
    load: async () => (await import('./ioas.ts')).configureIoas,
  },
  {
    name: 'demo',
    summary: 'the main job on real input, end to end',
    load: async () => (await import('./demo.ts')).configureDemo,
  },
];

/**
 * Runs the command line.
 *
 * @returns the exit status: 0 fine, 1 findings, 2 wrong usage or unreadable input, 70 a mistake in uapikit itself
 */
export async function runCli(args: readonly string[], output: Output, version: string): Promise<number> {
  let status: ExitStatus | Promise<ExitStatus> = 0;
  const program = await makeProgram(args, output, version, (result) => {
    status = result;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return await status;
  } catch (error) {
    return report(error, output);
  }
}

async function makeProgram(
  args: readonly string[],
  output: Output,
  version: string,
  finish: Finish,
): Promise<Command> {
  const program = new Command('uapi')
    .description(
      'Binary kernel interfaces (ioctl structs, PCI and VFIO capability chains) from declarative schemas.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [COMMAND]', 'print help of a command')
    .configureOutput({ writeOut: (text) => output.line(text.trimEnd()), writeErr: () => {} })
    .exitOverride()
    .showSuggestionAfterError(true)
    .addHelpText(
      'after',
      '\nExit status: 0 fine, 1 findings, 2 wrong usage or unreadable input.\n`uapi COMMAND --help` teaches a command.',
    );
  const wanted = args.filter((word) => !word.startsWith('-')).slice(0, 2);
  const showsAll = args[0] === undefined || wanted.length === 0;
  for (const { name, summary, load } of commands) {
    const command = program
      .command(name)
      .description(summary)
      .exitOverride()
      .configureOutput({ writeOut: (text) => output.line(text.trimEnd()), writeErr: () => {} });
    if (!showsAll && wanted.includes(name)) (await load())(command, output, finish);
  }
  if (args.length === 0) program.action(() => program.outputHelp());
  return program;
}

function report(error: unknown, output: Output): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    output.note(printable(`uapi: ${error.message.replace(/\n\(/, ' (')}`));
    output.note('uapi --help shows the commands and their options');
    return 2;
  }
  if (error instanceof UsageError) {
    output.note(printable(`uapi: error: ${error.message}`));
    if (error.hint !== undefined) output.note(error.hint);
    return 2;
  }
  const { message, stack } = error as Error;
  output.note(`uapi: error: ${message} (this is a mistake in uapikit: please report it)`);
  if (process.env['UAPIKIT_DEBUG'] !== undefined) output.note(stack ?? '');
  return 70;
}

/** A message without control characters, which names of files and contents of broken input bring along. */
function printable(message: string): string {
  return message.replace(/(?![\n\t])\p{Cc}/gu, (found) => {
    const code = found.charCodeAt(0).toString(16).padStart(2, '0');
    return `\\x${code}`;
  });
}
