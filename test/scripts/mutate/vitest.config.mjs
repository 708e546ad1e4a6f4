import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { withSwitches } from './mutants.mjs';

const mutants = JSON.parse(readFileSync(process.env.MUTATE_LIST, 'utf8'));

export default defineConfig({
  root: resolve(import.meta.dirname, '../../..'),
  cacheDir: process.env.MUTATE_CACHE,
  plugins: [
    {
      name: 'mutants',
      enforce: 'pre',
      transform(code, id) {
        const path = id.split('?')[0];
        const here = mutants.filter(({ file }) => resolve(file) === path);
        return here.length === 0 ? null : { code: withSwitches(code, here), map: null };
      },
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    runner: resolve(import.meta.dirname, 'runner.mjs'),
    testTimeout: 120_000,
    hookTimeout: 120_000,
    isolate: false,
    fileParallelism: false,
    maxWorkers: 1,
    bail: process.env.MUTATE_ONLY === undefined ? 0 : 1,
  },
});
