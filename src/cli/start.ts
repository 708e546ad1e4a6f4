import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from './files.ts';
import { standardOutput } from './output.ts';
import { runCli } from './program.ts';

export { runCli };

/**
 * Runs the command line of this process.
 *
 * @returns the exit status
 */
export function start(args: readonly string[]): Promise<number> {
  // A reader that has seen enough (`| head`) ends the program quietly.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return runCli(args, standardOutput, version);
}
