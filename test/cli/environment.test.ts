import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { environment } from '../../src/cli/environment.ts';
import { uapi } from '../helpers/run-cli.ts';
import { repositoryFile, repositoryText } from '../helpers/schemas.ts';

describe('environment', () => {
  it('is told in docs/commands.md and by --help', async () => {
    const page = repositoryText('docs/commands.md').replaceAll('`', '');
    const { out } = await uapi('--help');
    for (const [name, meaning] of environment) {
      expect(page).toContain(`| ${name} | ${meaning} |`);
      expect(out).toMatch(new RegExp(`^ +${name}: +\\S`, 'm'));
    }
  });

  it('has all variables of ours that the sources read', () => {
    const read = readdirSync(repositoryFile('src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.startsWith('generated'))
      .flatMap((name) => repositoryText(`src/${name}`).match(/UAPIKIT_[A-Z_]+/g) ?? []);
    expect([...new Set(read)].sort()).toEqual(
      environment
        .map(([name]) => name)
        .filter((name) => name.startsWith('UAPIKIT_'))
        .sort(),
    );
  });
});
