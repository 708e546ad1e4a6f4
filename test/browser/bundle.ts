import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** A module bundled for browsers, as one minified script. */
export async function bundle(text: string, importer: string): Promise<string> {
  const entry = '\0entry';
  const build = await rolldown({
    input: entry,
    platform: 'browser',
    plugins: [
      {
        name: 'entry',
        resolveId: (id, from) =>
          id === entry ? id : from === entry ? fileURLToPath(new URL(id, importer)) : null,
        load: (id) => (id === entry ? text : null),
      },
    ],
  });
  const { output } = await build.generate({ format: 'iife', name: 'bundled', minify: true });
  const [chunk] = output;
  return chunk.code;
}
