import { accessSync, constants } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** A checkout may be read-only: what vitest remembers between runs goes elsewhere then. */
function cacheFolder(): string {
  const usual = join(import.meta.dirname, '../node_modules/.vite');
  try {
    accessSync(join(usual, '..'), constants.W_OK);
    return usual;
  } catch {
    return join(tmpdir(), `uapikit-vitest-${process.pid}`);
  }
}

export default defineConfig({
  cacheDir: cacheFolder(),
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // Only for what hangs: a busy machine is slow, and no test measures that. What must cost little counts or takes CPU time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Files share what they import: the generated code is large, and no test changes what another one sees.
    isolate: false,
    // The default leaves a core to the runner, which is half of a small machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
