import type { Command } from 'commander';
import { makeProgram } from '../../src/cli/commands.ts';
import { outputTo } from '../../src/cli/terminal/output.ts';

/** The program with every command and what each takes; it prints nothing. */
export function wholeProgram(): Promise<Command> {
  const output = outputTo({ out: () => {}, err: () => {}, isTerminal: false });
  return makeProgram('all', { output, version: '0', finish: () => {} });
}

/** All commands of a program that a user sees, those of commands among them, by the words that call them. */
export function commandsOf(
  program: Command,
): readonly (readonly [words: readonly string[], command: Command])[] {
  const found: (readonly [readonly string[], Command])[] = [];
  const add = (command: Command, before: readonly string[]): void => {
    for (const inner of command.createHelp().visibleCommands(command)) {
      if (inner.name() === 'help') continue;
      const words = [...before, inner.name()];
      found.push([words, inner]);
      add(inner, words);
    }
  };
  add(program, []);
  return found;
}
