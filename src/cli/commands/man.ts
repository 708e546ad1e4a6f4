import type { Command } from 'commander';
import type { Finish } from '../exit-status.ts';
import type { Output } from '../terminal/output.ts';

/** `uapi man`: the manual page. */
export function configureMan(
  command: Command,
  output: Output,
  finish: Finish,
  make: (wanted: 'all') => Promise<Command>,
): void {
  command
    .addHelpText('after', '\nExample:\n  uapi man | man -l -')
    .action(() => finish(printManual(make, output)));
}

async function printManual(make: (wanted: 'all') => Promise<Command>, output: Output): Promise<0> {
  const { manualPage } = await import('./manual-page.ts');
  output.line(manualPage(await make('all')).trimEnd());
  return 0;
}
