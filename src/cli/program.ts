import { CommanderError } from 'commander';
import { UsageError } from '../base/usage-error.ts';
import { makeProgram } from './commands.ts';
import type { ExitStatus } from './exit-status.ts';
import type { Output } from './terminal/output.ts';
import { OutputError } from './terminal/output-error.ts';

/**
 * Runs the command line.
 *
 * @returns the exit status: 0 fine, 1 findings, 2 wrong usage, input that cannot be read or output that cannot be written,
 *   70 a mistake in uapikit itself
 */
export async function runCli(args: readonly string[], output: Output, version: string): Promise<number> {
  try {
    return await run(args, output, version);
  } catch (error) {
    try {
      return report(error, output);
    } catch (second) {
      if (second instanceof OutputError) return 2;
      throw second;
    }
  }
}

async function run(args: readonly string[], output: Output, version: string): Promise<number> {
  let status: ExitStatus | Promise<ExitStatus> = 0;
  const wanted = args.filter((word) => !word.startsWith('-')).slice(0, 2);
  const program = await makeProgram(wanted, {
    output,
    version,
    finish: (result) => {
      status = result;
    },
  });
  if (args.length === 0) program.outputHelp();
  else await program.parseAsync([...args], { from: 'user' });
  return await status;
}

function report(error: unknown, output: Output): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    output.note(`uapi: ${error.message.replace(/\n\(/, ' (')}`);
    output.note('uapi --help shows the commands and their options');
    return 2;
  }
  if (error instanceof UsageError) {
    output.note(`uapi: error: ${error.message}`);
    if (error.hint !== undefined) output.note(error.hint);
    return 2;
  }
  if (error instanceof OutputError) {
    if (error.isReaderGone) return 0;
    output.note(`uapi: error: ${error.message}`);
    return 2;
  }
  const { message, stack } = error as Error;
  output.note(`uapi: error: ${message} (this is a mistake in uapikit: please report it)`);
  if (process.env['UAPIKIT_DEBUG'] !== undefined) output.note(stack ?? '');
  return 70;
}
