import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { backends } from '../../codegen/registry.ts';
import { atRelease } from '../../src/model/select.ts';
import { readModel } from '../helpers/schemas.ts';

const specs = fileURLToPath(new URL('../specs/', import.meta.url));
const names = readdirSync(specs).filter((name) => name.endsWith('.yaml'));

/**
 * Every test spec through every back-end. `npm run golden` writes the files again: read the difference before you commit it.
 */
describe.each(names)('%s', (name) => {
  const full = readModel(`${specs}${name}`);
  const kernel = full.interfaces.get(full.root)?.kernel;
  const model = kernel == null ? full : atRelease(full, kernel);

  it.each(backends.map((backend) => [backend.name, backend] as const))(
    'looks as before in %s',
    async (backendName, backend) => {
      const emitted = backend.emit(model);
      expect(emitted.length).toBeGreaterThan(0);
      for (const { path, text } of emitted) {
        await expect(text).toMatchFileSnapshot(
          `../data/golden/${name.replace('.yaml', '')}/${backendName}/${path}`,
        );
      }
    },
  );
});
