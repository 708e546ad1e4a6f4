import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The default leaves a core to the runner, which is half of a small machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
