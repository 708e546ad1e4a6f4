import { runCli } from '../../src/cli/program.ts';

/** What a run of the command line printed, and its exit status. */
export interface CliRun {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  /** What was written as bytes, if anything was. */
  readonly raw?: Uint8Array;
}

/** Runs the command line in this process. */
export async function uapi(...args: readonly string[]): Promise<CliRun> {
  const out: string[] = [];
  const err: string[] = [];
  const raw: Uint8Array[] = [];
  const status = await runCli(
    args,
    {
      line: (text) => void out.push(text),
      bytes: (data) => void raw.push(data),
      note: (text) => void err.push(text),
      isTerminal: false,
    },
    '0.0.0-test',
  );
  return {
    status,
    out: out.join('\n'),
    err: err.join('\n'),
    ...(raw.length > 0 ? { raw: new Uint8Array(Buffer.concat(raw)) } : {}),
  };
}
