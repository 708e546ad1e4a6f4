import { describe, expect, it } from 'vitest';
import { builtinSchemas } from '../../src/cli/files.ts';
import { reasonOfAbsence } from '../../src/model/absence.ts';
import { parseRelease } from '../../src/model/release.ts';
import { atRelease, onArchitecture } from '../../src/model/select.ts';
import { readModel, repositoryFile } from '../helpers/schemas.ts';

const specs = ['ioctls', 'release-growth', 'handles-and-fds'].map((name) =>
  readModel(repositoryFile(`test/specs/${name}.yaml`)),
);
const models = [
  ...specs,
  ...builtinSchemas()
    .filter((path) => !path.endsWith('pci.yaml'))
    .map(readModel),
];
const releases = ['5.0', '5.18', '6.2', '6.6', '6.11', '6.12.117', '6.12.y', '6.17', '7.0'].map((text) => {
  const release = parseRelease(text);
  if (release === undefined) throw new Error(text);
  return release;
});

describe('reasonOfAbsence', () => {
  it('has a reason exactly for what a release does not have', () => {
    let missing = 0;
    for (const whole of models) {
      for (const release of releases) {
        const model = atRelease(whole, release);
        for (const ioctl of whole.ioctls.values()) {
          const reason = reasonOfAbsence(whole, ioctl, { release, architecture: null });
          expect([ioctl.name, release, reason !== null]).toEqual([
            ioctl.name,
            release,
            !model.ioctls.has(ioctl.name),
          ]);
          if (reason !== null) missing++;
          if (reason !== null) expect(reason).toMatch(/^(exists|is gone) since Linux \d+\.\d+/);
        }
        for (const struct of whole.structs.values()) {
          if (struct.inline) continue;
          const reason = reasonOfAbsence(whole, struct, { release, architecture: null });
          expect([struct.name, release, reason !== null]).toEqual([
            struct.name,
            release,
            !model.structs.has(struct.name),
          ]);
        }
      }
    }
    expect(missing).toBeGreaterThan(50);
  });

  it('has a reason exactly for what an architecture does not have', () => {
    const [spec] = specs;
    if (spec === undefined) throw new Error('no spec');
    const reasons = (architecture: string): unknown =>
      [...spec.ioctls.values()].flatMap((ioctl) => {
        const reason = reasonOfAbsence(spec, ioctl, { release: null, architecture });
        expect(reason === null).toBe(onArchitecture(spec, architecture).ioctls.has(ioctl.name));
        return reason === null ? [] : [`${ioctl.name} ${reason}`];
      });
    expect(reasons('x86')).toEqual([
      'ON_POWER exists on powerpc only',
      'NOT_ON_X86 exists on mips, arm64 only',
    ]);
    expect(reasons('powerpc')).toEqual(['NOT_ON_X86 exists on mips, arm64 only']);
    expect(reasons('mips')).toEqual(['ON_POWER exists on powerpc only']);
  });

  it('tells what began and what ended', () => {
    const [spec] = specs;
    const ioctl = spec?.ioctls.get('GIVE_FILE');
    if (spec === undefined || ioctl === undefined) throw new Error('no spec');
    const at = (text: string): string | null =>
      reasonOfAbsence(spec, ioctl, { release: parseRelease(text) ?? null, architecture: null });
    expect([at('6.5'), at('6.6'), at('6.16'), at('6.17')]).toEqual([
      'exists since Linux 6.6',
      null,
      null,
      'is gone since Linux 6.17',
    ]);
  });
});
