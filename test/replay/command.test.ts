import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program.ts';

const trace = fileURLToPath(new URL('../data/traces/core-1.jsonl.gz', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'uapikit-replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(
  ...args: string[]
): Promise<{ readonly status: number; readonly text: string; readonly notes: string }> {
  const lines: string[] = [];
  const notes: string[] = [];
  const output = {
    line: (text: string) => void lines.push(text),
    bytes: () => {},
    note: (text: string) => void notes.push(text),
    isTerminal: false,
  };
  const status = await runCli(args, output, '0');
  return { status, text: lines.join('\n'), notes: notes.join('\n') };
}

/** A trace of which some lines are replaced. */
function forged(name: string, change: (line: string, index: number) => string): string {
  const lines = gunzipSync(readFileSync(trace)).toString().trimEnd().split('\n').slice(0, 200);
  const path = join(folder, name);
  writeFileSync(path, lines.map(change).join('\n'));
  return path;
}

describe('uapi replay', () => {
  it('says that all calls are as recorded', async () => {
    const { status, text } = await run('replay', trace);
    expect({ status, text }).toEqual({ status: 0, text: `${trace}: 2500 calls, all as recorded` });
    const json = await run('replay', trace, '--json');
    expect(JSON.parse(json.text)).toEqual({ calls: 2500, matched: 2500, mismatched: 0, mismatches: [] });
  });

  it('shows calls that differ, at most 20 of them', async () => {
    const path = forged('forged.jsonl', (line) => line.replace('"errno":"ENOENT"', '"errno":"EPERM"'));
    const { status, text } = await run('replay', path);
    expect(status).toBe(1);
    expect(text).toMatch(/kernel: {4}-1 EPERM\n {2}reference: -1 ENOENT, check [a-z-]+/);
    expect(text).toMatch(/state: \d+: /);
    const { mismatched, mismatches } = JSON.parse((await run('replay', path, '--json')).text) as {
      mismatched: number;
      mismatches: { seq: number; name: string; expected: { errno: string }; actual: { errno: string } }[];
    };
    expect(mismatched).toBeGreaterThan(20);
    expect(mismatches.length).toBe(20);
    expect(mismatches[0]).toMatchObject({ expected: { errno: 'EPERM' }, actual: { errno: 'ENOENT' } });
  });

  it('says of each test of a suite how many calls it has and how many differ', async () => {
    const lines = [
      '{"trace":1,"kernel":"6.12.117","test":"first"}',
      '{"seq":0,"op":"open","path":"/dev/iommu","ret":3,"errno":"0"}',
      '{"seq":1,"op":"close","fd":3,"ret":0,"errno":"0"}',
      '{"trace":1,"kernel":"6.12.117","test":"second"}',
      '{"seq":2,"op":"close","fd":3,"ret":0,"errno":"0"}',
    ];
    const path = join(folder, 'suite.jsonl');
    writeFileSync(path, lines.join('\n'));
    const { tests, mismatches } = JSON.parse((await run('replay', path, '--json')).text) as {
      tests: unknown;
      mismatches: unknown;
    };
    expect(tests).toEqual([
      { test: 'first', calls: 2, mismatched: 0 },
      { test: 'second', calls: 1, mismatched: 1 },
    ]);
    expect(mismatches).toMatchObject([{ test: 'second', seq: 2, name: 'close', actual: { errno: 'EBADF' } }]);
    const { status, text } = await run('replay', path);
    expect(status).toBe(1);
    expect(text).toMatch(/^seq 2, line 5: close on fd 3 in second\n/);
  });

  it('tells in one line what is wrong with its input', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      [
        forged('page.jsonl', (line) => line.replace('"page_size":4096', '"page_size":65536')),
        /page_size" is 65536/,
      ],
      [
        forged('arena.jsonl', (line) => line.replace('"arena":["0x1', '"arena":["0x1234567')),
        /line 1: .*not whole pages/,
      ],
      [forged('cut.jsonl', (line, index) => (index === 9 ? line.slice(0, 40) : line)), /line 10: not JSON/],
      [join(folder, 'none'), /cannot read/],
      [
        forged('store.jsonl', (line, index) =>
          index === 9 ? '{"op":"store","addr":"0x5000","data":"00"}' : line,
        ),
        /line 10: 0x5000 and 1 bytes on cannot be written to/,
      ],
    ];
    for (const [path, message] of cases) {
      const { status, notes } = await run('replay', path);
      expect({ status, lines: notes.split('\n').length }).toEqual({ status: 2, lines: 1 });
      expect(notes).toMatch(message);
    }
  });
});
