import { Session } from 'node:inspector/promises';

/** How often a function of the generated code ran. */
export interface FunctionCount {
  readonly file: string;
  readonly name: string;
  readonly count: number;
}

/** Counts, with the engine's own coverage, how often each function of files under a folder runs. */
export class FunctionCounter {
  readonly #session = new Session();

  /** Begins to count; modules must be loaded after it. */
  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  }

  /** Every function with a name in files whose path has `part` in it. */
  async counts(part: string): Promise<readonly FunctionCount[]> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    return result
      .filter(({ url }) => url.includes(part))
      .flatMap(({ url, functions }) =>
        functions
          .filter(({ functionName }) => functionName !== '')
          .map(({ functionName, ranges }) => ({
            file: url.slice(url.lastIndexOf('/') + 1),
            name: functionName,
            count: ranges[0]?.count ?? 0,
          })),
      );
  }

  stop(): void {
    this.#session.disconnect();
  }
}
