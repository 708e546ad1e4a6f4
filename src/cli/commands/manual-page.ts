import type { Command } from 'commander';
import { environment, exitStatuses } from '../environment.ts';

/** The manual page of a program, in the man macros of roff. */
export function manualPage(program: Command): string {
  const commands = program.createHelp().visibleCommands(program);
  return `${[
    '.\\" Made by `uapi man` from the definitions of the command line.',
    '.TH UAPI 1 "" uapikit "User Commands"',
    '.nh',
    '.ad l',
    '.SH NAME',
    roff('uapi - binary kernel interfaces from declarative schemas'),
    '.SH SYNOPSIS',
    '.B uapi',
    roff('COMMAND [options] [arguments]'),
    '.SH DESCRIPTION',
    roff(program.description()),
    '.SH COMMANDS',
    ...commands.flatMap((command) => [command, ...command.commands]).flatMap(commandLines),
    '.SH "EXIT STATUS"',
    ...exitStatuses.flatMap(([status, meaning]) => item(String(status), meaning)),
    '.SH ENVIRONMENT',
    ...environment.flatMap(([name, meaning]) => item(name, meaning)),
  ].join('\n')}\n`;
}

function commandLines(command: Command): readonly string[] {
  const help = command.createHelp();
  const name = help.commandUsage(command).replace(/^uapi /, '');
  const args = help.visibleArguments(command);
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  return [
    `.SS ${quoted(name)}`,
    roff(sentence(command.description())),
    ...args.flatMap((each) => item(help.argumentTerm(each), help.argumentDescription(each))),
    ...options.flatMap((each) => item(help.optionTerm(each), help.optionDescription(each))),
    ...verbatim(furtherHelp(command)),
  ];
}

/** What help shows behind the options. */
function furtherHelp(command: Command): string {
  let whole = '';
  const { writeOut } = command.configureOutput();
  command.configureOutput({
    writeOut: (text) => {
      whole += text;
    },
  });
  command.outputHelp();
  if (writeOut !== undefined) command.configureOutput({ writeOut });
  return whole.slice(command.helpInformation().length).trim();
}

function sentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function item(term: string, meaning: string): readonly string[] {
  return ['.TP', `.B ${quoted(term)}`, ...(meaning === '' ? [] : [roff(meaning)])];
}

function verbatim(text: string): readonly string[] {
  return text === '' ? [] : ['.PP', '.nf', ...text.split('\n').map(roff), '.fi'];
}

/** A line of text that roff takes for nothing else. */
function roff(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga');
  return escaped.replace(/^(?=[.'])/, '\\&');
}

function quoted(text: string): string {
  return `"${roff(text).replaceAll('"', '\\(dq')}"`;
}
