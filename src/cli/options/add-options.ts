import type { Command, Option } from 'commander';

/** Adds options to a command, each of which means the same on every command that has it. */
export function addOptions(command: Command, ...groups: readonly (Option | readonly Option[])[]): Command {
  for (const option of groups.flat() as readonly Option[]) command.addOption(option);
  return command;
}
