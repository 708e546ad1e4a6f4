import type { Command } from 'commander';
import { onOneLine } from '../../base/printable.ts';
import { UsageError } from '../../base/usage-error.ts';
import type { Finish } from '../exit-status.ts';
import type { Output } from '../terminal/output.ts';
import { completionScripts } from './completion-scripts.ts';

const help = `
Examples:
  uapi completion bash > ~/.local/share/bash-completion/completions/uapi
  uapi completion zsh > ~/.zfunc/_uapi        (a folder of your fpath)
  uapi completion fish > ~/.config/fish/completions/uapi.fish`;

/** `uapi completion`: the script that a shell completes the command line with. */
export function configureCompletion(command: Command, output: Output, finish: Finish): void {
  command
    .argument('<SHELL>', Object.keys(completionScripts).join(', '))
    .addHelpText('after', help)
    .action((shell: string) => {
      const script = completionScripts[shell];
      if (script === undefined) {
        const known = Object.keys(completionScripts).join(', ');
        throw new UsageError(`there is no completion for ${shell}, expected one of ${known}`);
      }
      output.line(script.trimEnd());
      finish(0);
    });
}

/** `uapi __complete`: what the scripts ask; a line for each word that fits, `:files` if a file does. */
export function configureComplete(
  command: Command,
  output: Output,
  finish: Finish,
  make: (wanted: readonly string[]) => Promise<Command>,
): void {
  command
    .argument('[WORD...]', 'the words after the name of the program; the last one is completed')
    .action((words: string[]) => finish(printCompletions(words, make, output)));
}

async function printCompletions(
  words: readonly string[],
  make: (wanted: readonly string[]) => Promise<Command>,
  output: Output,
): Promise<0> {
  const { complete } = await import('./complete.ts');
  const program = await make(words.filter((word) => !word.startsWith('-')).slice(0, 2));
  const { candidates, files } = complete(program, words);
  for (const { word, about } of candidates) {
    output.line(about === '' ? word : `${word}\t${onOneLine(about)}`);
  }
  if (files) output.line(':files');
  return 0;
}
