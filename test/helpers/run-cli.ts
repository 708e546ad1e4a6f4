import { runCli } from '../../src/cli/program.ts';
import { outputTo } from '../../src/cli/terminal/output.ts';

/** What a run of the command line printed, and its exit status. */
export interface CliRun {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  /** What was written as bytes, if anything was. */
  readonly raw?: Uint8Array;
}

/** Runs the command line in this process. */
export function uapi(...args: readonly string[]): Promise<CliRun> {
  return uapiOn(false, ...args);
}

/** Runs the command line in this process, perhaps as on a terminal. */
export async function uapiOn(isTerminal: boolean, ...args: readonly string[]): Promise<CliRun> {
  let out = '';
  let err = '';
  const raw: Uint8Array[] = [];
  const output = outputTo({
    out: (data) => {
      if (typeof data === 'string') out += data;
      else raw.push(data);
    },
    err: (text) => {
      err += text;
    },
    isTerminal,
  });
  const status = await runCli(args, output, '0.0.0-test');
  return {
    status,
    out: out.replace(/\n$/, ''),
    err: err.replace(/\n$/, ''),
    ...(raw.length > 0 ? { raw: new Uint8Array(Buffer.concat(raw)) } : {}),
  };
}
