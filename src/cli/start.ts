import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from './files.ts';
import { runCli } from './program.ts';
import { fileOutput } from './terminal/output.ts';

export { runCli };

/**
 * Runs the command line of this process.
 *
 * @returns the exit status
 */
export function start(args: readonly string[]): Promise<number> {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return runCli(args, fileOutput(), version);
}
