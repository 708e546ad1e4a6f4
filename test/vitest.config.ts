import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Files share what they import: the generated code is large, and no test changes what another one sees.
    isolate: false,
    // The default leaves a core to the runner, which is half of a small machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
