import { describe, expect, it } from 'vitest';
import { backends, findBackend } from '../../codegen/index.ts';
import { traps } from './c/traps.ts';

describe('backends', () => {
  it('have names of their own, by which they are found', () => {
    for (const backend of backends) expect(findBackend(backend.name)).toBe(backend);
    expect(new Set(backends.map(({ name }) => name)).size).toBe(backends.length);
    expect(findBackend('none')).toBeUndefined();
  });

  it.each(backends)('$name gives the same text for the same model, ended by a line break', (backend) => {
    const once = backend.emit(traps);
    expect(backend.emit(structuredClone(traps))).toEqual(once);
    for (const { path, text } of once) {
      expect(path).not.toMatch(/^\/|\\|\.\./);
      expect(text.endsWith('\n')).toBe(true);
      expect(text.endsWith('\n\n')).toBe(false);
    }
  });

  it.each(backends)('$name prints only the interfaces that it is asked for', (backend) => {
    expect(backend.emit(traps, { interfaces: [] })).toEqual([]);
    expect(() => backend.emit(traps, { interfaces: ['other'] })).toThrow('no interface other');
  });

  it.each(backends)('$name prints the release', (backend) => {
    const [file] = backend.emit({ ...traps, release: { major: 6, minor: 15, patch: 0 } });
    expect(file?.text).toMatch(/Linux 6\.15[^.0-9]|Linux 6\.15\.\s|"6\.15"/);
  });
});
