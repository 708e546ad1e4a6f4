import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compile, compilers } from '../../codegen/c/compile.ts';
import { uapi } from '../../helpers/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-init-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('uapi init', () => {
  test('writes a schema that passes check, and whose header compiles alone', async () => {
    const out = join(folder, 'new', 'project');
    const made = await uapi('init', 'blinker', out);
    expect(made).toMatchObject({ status: 0, err: '' });
    expect(readdirSync(out).sort()).toEqual(['blinker.yaml', 'uapi.schema.json']);
    const schema = join(out, 'blinker.yaml');
    expect(made.out).toContain(`uapi check ${schema}`);
    const checked = await uapi('check', schema);
    expect(checked).toMatchObject({ status: 0, out: `${schema}: ok (1 struct, 1 ioctl)` });
    const include = join(out, 'include');
    expect((await uapi('gen', 'c', schema, '--out', include)).status).toBe(0);
    const program =
      '#include <linux/blinker.h>\nint main(void) { return BLINKER_SET == 0 || sizeof(struct blinker_set) != 16; }\n';
    for (const compiler of compilers()) expect(compile(program, compiler, [include]).diagnostics).toBe('');
  });

  test("names the JSON Schema beside it, which is the package's own", async () => {
    const out = join(folder, 'modeline');
    await uapi('init', 'a', out);
    const [first] = readFileSync(join(out, 'a.yaml'), 'utf8').split('\n');
    expect(first).toBe('# yaml-language-server: $schema=./uapi.schema.json');
    const written = readFileSync(join(out, 'uapi.schema.json'), 'utf8');
    expect(written).toBe(readFileSync(new URL('../../../schema/uapi.schema.json', import.meta.url), 'utf8'));
    expect((await uapi('init', 'b', out)).status).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['a.yaml', 'b.yaml', 'uapi.schema.json']);
  });

  test.each(['a.yaml', 'uapi.schema.json'])('writes nothing if %s is there already', async (name) => {
    const out = join(folder, `there-${name}`);
    mkdirSync(out);
    writeFileSync(join(out, name), 'mine\n');
    const { status, err } = await uapi('init', 'a', out);
    expect([status, err]).toEqual([
      2,
      `uapi: error: ${join(out, name)} is there already, and is not overwritten`,
    ]);
    expect(readdirSync(out)).toEqual([name]);
    expect(readFileSync(join(out, name), 'utf8')).toBe('mine\n');
  });

  test.each(['', 'Blinker', '../a', 'a b', '0a', 'a\u001b[31m', 'a'.repeat(41)])(
    'refuses the name %j',
    async (name) => {
      const { status, err } = await uapi('init', name, join(folder, 'names'));
      expect(status).toBe(2);
      expect(err).toMatch(/^uapi: error: ".*" cannot name an interface, expected [^\n]*$/);
      expect(err).not.toContain('\u001b');
    },
  );

  test('says what keeps a folder from being written', async () => {
    const { status, err } = await uapi('init', 'a', '/proc/nowhere');
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/^uapi: error: cannot write \/proc\/nowhere\/a.yaml: [^\n]*$/),
    ]);
  });
});
