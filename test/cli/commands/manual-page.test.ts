import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandsOf, wholeProgram } from '../../helpers/every-command.ts';
import { uapi } from '../../helpers/run-cli.ts';
import { hasTool } from '../../helpers/tools.ts';

describe('the manual page', () => {
  it('is docs/uapi.1 (`npm run golden` writes it again)', async () => {
    const { status, out } = await uapi('man');
    expect(status).toBe(0);
    await expect(`${out}\n`).toMatchFileSnapshot(join(import.meta.dirname, '../../../docs/uapi.1'));
  });

  it.skipIf(!hasTool('groff'))(
    'is taken by groff without a warning, and tells of every command and option (Debian: groff)',
    async () => {
      const { out } = await uapi('man');
      const page = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-P-cbou'], { input: out, encoding: 'utf8' });
      expect([page.status, page.stderr]).toEqual([0, '']);
      const told = page.stdout.replace(/\s+/g, ' ');
      for (const [words, command] of commandsOf(await wholeProgram())) {
        expect(told).toContain(`${words.join(' ')} `);
        for (const { flags, description } of command.options) {
          expect(told).toContain(flags);
          expect(told).toContain(description);
        }
      }
    },
  );
});
