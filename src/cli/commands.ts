import { Command } from 'commander';
import { environment, exitStatuses } from './environment.ts';
import type { Finish } from './exit-status.ts';
import type { Output } from './terminal/output.ts';

/** Makes the program, for commands that tell about it. */
export type MakeProgram = (wanted: readonly string[] | 'all') => Promise<Command>;

type Configure = (command: Command, output: Output, finish: Finish, make: MakeProgram) => void;

/** A command: its name, a summary, and the module that knows its arguments, loaded when it is used. */
interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Left out of help. */
  readonly hidden?: true;
  readonly load: () => Promise<Configure>;
}

/** The commands in groups, as help shows them. */
const groups: readonly { readonly title: string; readonly commands: readonly CommandEntry[] }[] = [
  {
    title: 'Look up:',
    commands: [
      {
        name: 'list',
        summary: 'structs, ioctls, register blocks and chains that are known',
        load: async () => (await import('./commands/list.ts')).configureList,
      },
      {
        name: 'layout',
        summary: 'offsets, sizes and holes of a struct, as pahole prints them',
        load: async () => (await import('./commands/layout.ts')).configureLayout,
      },
    ],
  },
  {
    title: 'Bytes:',
    commands: [
      {
        name: 'decode',
        summary: 'a struct, register block or ioctl argument as values, with its chains',
        load: async () => (await import('./commands/decode.ts')).configureDecode,
      },
      {
        name: 'encode',
        summary: "a struct's or ioctl argument's values, as JSON, into bytes",
        load: async () => (await import('./commands/encode.ts')).configureEncode,
      },
      {
        name: 'validate',
        summary: 'what is wrong with a payload, and the errno that the kernel answers',
        load: async () => (await import('./commands/validate.ts')).configureValidate,
      },
      {
        name: 'pci',
        summary: 'PCI config spaces with their capabilities, from lspci, sysfs or hex',
        load: async () => (await import('./commands/pci.ts')).configurePci,
      },
    ],
  },
  {
    title: 'Schemas:',
    commands: [
      {
        name: 'check',
        summary: 'parse and resolve schemas, print what is wrong in them',
        load: async () => (await import('./commands/check.ts')).configureCheck,
      },
      {
        name: 'init',
        summary: 'write a first schema, to be changed',
        load: async () => (await import('./commands/init.ts')).configureInit,
      },
      {
        name: 'gen',
        summary: 'write C headers, codecs, docs and more from schemas',
        load: async () => (await import('./commands/gen.ts')).configureGen,
      },
    ],
  },
  {
    title: 'Recorded calls and the reference:',
    commands: [
      {
        name: 'trace',
        summary: 'recorded calls as strace prints them',
        load: async () => (await import('./commands/trace.ts')).configureTrace,
      },
      {
        name: 'replay',
        summary: 'a recorded ioctl trace on the reference /dev/iommu',
        load: async () => (await import('./commands/replay.ts')).configureReplay,
      },
      {
        name: 'ioas',
        summary: 'a flow of calls on the /dev/iommu that the mail of 2021 requests',
        load: async () => (await import('./commands/ioas.ts')).configureIoas,
      },
    ],
  },
  {
    title: 'uapikit:',
    commands: [
      {
        name: 'demo',
        summary: 'the main job on real input, end to end',
        load: async () => (await import('./commands/demo.ts')).configureDemo,
      },
      {
        name: 'completion',
        summary: 'a script that completes commands, options and names in a shell',
        load: async () => (await import('./commands/completion.ts')).configureCompletion,
      },
      {
        name: 'man',
        summary: 'the manual page',
        load: async () => (await import('./commands/man.ts')).configureMan,
      },
      {
        name: '__complete',
        summary: 'what the scripts of shells ask',
        hidden: true,
        load: async () => (await import('./commands/completion.ts')).configureComplete,
      },
    ],
  },
];

/**
 * Makes the program with all commands; those that are wanted know their arguments.
 *
 * @param wanted names of commands, or all of them
 */
export async function makeProgram(
  wanted: readonly string[] | 'all',
  surroundings: { readonly output: Output; readonly version: string; readonly finish: Finish },
): Promise<Command> {
  const { output, version, finish } = surroundings;
  const make: MakeProgram = (others) => makeProgram(others, surroundings);
  const program = new Command('uapi')
    .description(
      'Binary kernel interfaces (ioctl structs, PCI and VFIO capability chains) from declarative schemas.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError(true)
    .addHelpText('after', `\n${programHelp()}`);
  prepare(program, output);
  for (const { title, commands } of groups) {
    for (const { name, summary, hidden = false, load } of commands) {
      const command = program
        .command(name, { hidden })
        .description(summary)
        .helpOption('-h, --help', 'print help');
      command.helpGroup(title);
      if (wanted === 'all' || wanted.includes(name)) (await load())(command, output, finish, make);
      for (const each of [command, ...command.commands]) prepare(each, output);
    }
  }
  const helpCommand = new Command('help').argument('[COMMAND]').description('print help of a command');
  program.addHelpCommand(helpCommand.helpGroup('uapikit:'));
  return program;
}

/** Errors are thrown and help goes where everything else does. */
function prepare(command: Command, output: Output): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => output.line(text.trimEnd()),
    writeErr: () => {},
    getOutHelpWidth: () => 110,
    getOutHasColors: () => false,
  });
}

function programHelp(): string {
  const width = Math.max(...environment.map(([name]) => name.length));
  return [
    'Examples:',
    '  uapi decode IOMMU_IOAS_MAP call.bin',
    '  lspci -xxxx | uapi pci --only exp',
    '  uapi gen c mydriver.yaml --out include',
    '',
    'Environment:',
    ...environment.map(([name, meaning]) => `  ${`${name}:`.padEnd(width + 1)} ${meaning}`),
    '',
    'Exit status:',
    ...exitStatuses.map(([status, meaning]) => `  ${`${status}:`.padEnd(3)} ${meaning}`),
    '',
    '`uapi COMMAND --help` teaches a command.',
  ].join('\n');
}
