import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeTexts } from '../../src/cli/write-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-write-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (...path: readonly string[]): string => join(folder, ...path);

describe('writeTexts', () => {
  it('changes all files of a set or none', () => {
    const [first, second] = [at('set', 'first.h'), at('set', 'second.h', 'below.h')];
    mkdirSync(at('set', 'second.h'), { recursive: true });
    writeFileSync(first, 'old');
    mkdirSync(second);
    expect(() =>
      writeTexts([
        { path: first, text: 'new' },
        { path: second, text: 'new' },
      ]),
    ).toThrow(`cannot write ${second}`);
    expect(readFileSync(first, 'utf8')).toBe('old');
    expect(readdirSync(at('set'))).toEqual(['first.h', 'second.h']);
  });

  it('leaves a file that has its text alone, and makes folders', () => {
    const path = at('deep', 'er', 'file');
    const files = [{ path, text: 'text' }];
    expect(writeTexts(files)).toEqual(['written']);
    const { mtimeMs, ino } = statSync(path);
    expect(writeTexts(files)).toEqual(['unchanged']);
    expect(statSync(path)).toMatchObject({ mtimeMs, ino });
  });

  it('keeps the mode of a file, whatever the umask, and writes through links', () => {
    const path = at('mode');
    for (const mode of [0o600, 0o640, 0o666, 0o755]) {
      writeFileSync(path, 'old');
      chmodSync(path, mode);
      expect(writeTexts([{ path, text: `of mode ${mode}` }])).toEqual(['written']);
      expect(statSync(path).mode & 0o7777).toBe(mode);
    }
    const [link, target, dangling] = [at('link'), at('other', 'target'), at('dangling')];
    mkdirSync(at('other'));
    writeFileSync(target, 'old');
    symlinkSync(join('other', 'target'), link);
    symlinkSync(join('other', 'not-yet'), dangling);
    writeTexts([
      { path: link, text: 'new' },
      { path: dangling, text: 'new' },
    ]);
    expect([link, dangling].map((each) => lstatSync(each).isSymbolicLink())).toEqual([true, true]);
    expect([target, at('other', 'not-yet')].map((each) => readFileSync(each, 'utf8'))).toEqual([
      'new',
      'new',
    ]);
  });

  it('writes to a device without replacing it', () => {
    expect(writeTexts([{ path: '/dev/null', text: 'text' }])).toEqual(['written']);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(() => writeTexts([{ path: '/dev/full', text: 'text' }])).toThrow(
      'cannot write /dev/full: no space left',
    );
  });

  it('removes what a killed run of its own left, and nothing else', () => {
    const path = at('kill', 'file');
    const gone = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
    mkdirSync(at('kill'));
    const [stale, running, foreign] = [
      `${path}.uapikit-${gone}.tmp`,
      `${path}.uapikit-${process.ppid}.tmp`,
      `${path}.uapikit-notes.tmp`,
    ];
    for (const name of [stale, running, foreign]) writeFileSync(name, 'half');
    writeTexts([{ path, text: 'whole' }]);
    expect([stale, running, foreign].map((name) => existsSync(name))).toEqual([false, true, true]);
  });
});
