import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelLoader } from '../../../src/cli/schemas/model-loader.ts';
import { watchSchemas } from '../../../src/cli/schemas/watch.ts';
import { outputTo } from '../../../src/cli/terminal/output.ts';
import { uapi } from '../../helpers/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-gen-'));
beforeAll(() => {
  process.env['UAPIKIT_CACHE'] = join(folder, 'cache');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A schema with a struct whose field has a name. */
const schemaOf = (field: string, include = ''): string =>
  `uapi: 1\nname: lamp\nheader: { path: linux/lamp.h }\n${include}structs: { lamp_set: { fields: [{ name: ${field}, type: u32 }] } }\n`;

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('uapi gen --out -', () => {
  it('prints the one file as it is written', async () => {
    const schema = fileOf('lamp.yaml', schemaOf('id'));
    const { status, raw, out, err } = await uapi('gen', 'c', schema, '--out', '-');
    await uapi('gen', 'c', schema, '--out', join(folder, 'out'));
    const written = readFileSync(join(folder, 'out/linux/lamp.h'), 'utf8');
    expect([status, out, err, new TextDecoder().decode(raw)]).toEqual([0, '', '', written]);
    expect(readdirSync(folder)).not.toContain('-');
  });

  it('is wrong for several files, and with what has nothing to do with printing', async () => {
    expect(await uapi('gen', 'c', '--out', '-')).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringMatching(
        /^uapi: error: --out - prints one file, but \d+ result: .*linux\/iommufd\.h/,
      ),
    });
    for (const option of ['--check', '--watch', '--json']) {
      const args = ['gen', 'c', join(folder, 'lamp.yaml'), '--out', '-', option];
      expect(await uapi(...args)).toMatchObject({
        status: 2,
        err: `uapi: error: --out - and ${option} exclude each other`,
      });
    }
  });
});

describe('uapi gen --set', () => {
  it.each([
    [
      'typescript',
      'views=lamp',
      'views=lamp: no such struct, expected ioctls, all, none or names of structs',
    ],
    [
      'validators',
      'abi=lp65',
      'abi=lp65: unknown abi, expected lp64, lp64-be, ilp32, ilp32-be, i386, i386-be',
    ],
  ])('refuses a value that %s does not know: %s', async (backend, setting, message) => {
    const schema = fileOf('lamp.yaml', schemaOf('id'));
    expect(await uapi('gen', backend, schema, '--out', '-', '--set', setting)).toEqual({
      status: 2,
      out: '',
      err: `uapi: error: ${message}`,
    });
  });

  it('prints views of the structs that are asked for', async () => {
    const schema = fileOf('lamp.yaml', schemaOf('id'));
    const withViews = async (...words: readonly string[]): Promise<boolean> => {
      await uapi('gen', 'typescript', schema, '--out', join(folder, 'views'), ...words);
      return readFileSync(join(folder, 'views/lamp.ts'), 'utf8').includes('class LampSetView');
    };
    expect(await withViews()).toBe(false);
    expect(await withViews('--set', 'views=lamp_set')).toBe(true);
  });
});

describe('uapi check', () => {
  it('ends in 2 for a file that cannot be read, and in 1 for what a schema asks for in vain', async () => {
    const nowhere = join(folder, 'nowhere.yaml');
    expect(await uapi('check', nowhere)).toEqual({
      status: 2,
      out: '',
      err: `uapi: error: cannot read ${nowhere}: no such file`,
    });
    const good = fileOf('good.yaml', schemaOf('id'));
    expect(await uapi('check', nowhere, good)).toMatchObject({
      status: 2,
      out: expect.stringContaining('ok (1 struct)'),
    });
    const asking = fileOf('asking.yaml', schemaOf('id', 'include: [nowhere.yaml]\n'));
    expect(await uapi('check', asking)).toMatchObject({ status: 1, out: expect.stringContaining('no-file') });
  });
});

describe('watchSchemas', () => {
  /** Starts a watch that tells the field's name after each run; waits for what it tells. */
  function watching(schema: string): {
    readonly told: (wanted: string) => Promise<void>;
    readonly end: () => void;
  } {
    const loader = new ModelLoader();
    let last = '';
    let isOver = false;
    const output = outputTo({
      out: () => {},
      err: (text) => {
        if (text.includes('error')) last = 'error';
      },
      isTerminal: false,
    });
    void watchSchemas([schema], loader, output, () => {
      if (isOver) throw new Error('the watch is over');
      last = [...loader.load(schema).structs.values()]
        .flatMap(({ fields }) => fields.map(({ name }) => name))
        .join();
    }).catch(() => {});
    return {
      async told(wanted) {
        for (let waited = 0; last !== wanted; waited += 10) {
          if (waited > 10_000) throw new Error(`told ${last}, expected ${wanted}`);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
      end() {
        isOver = true;
        rmSync(schema);
      },
    };
  }

  it('goes on when the folder is replaced', async () => {
    const [place, other] = [join(folder, 'place'), join(folder, 'other')];
    mkdirSync(place);
    mkdirSync(other);
    const schema = join(place, 'lamp.yaml');
    writeFileSync(schema, schemaOf('one'));
    writeFileSync(join(other, 'lamp.yaml'), schemaOf('two'));
    const { told, end } = watching(schema);
    await told('one');
    renameSync(place, join(folder, 'before'));
    renameSync(other, place);
    await told('two');
    writeFileSync(schema, schemaOf('three'));
    await told('three');
    rmSync(place, { recursive: true });
    await told('error');
    mkdirSync(place);
    writeFileSync(schema, schemaOf('four'));
    await told('four');
    end();
  });

  it('waits for an include that is not there yet', async () => {
    const schema = fileOf('early.yaml', schemaOf('id', 'include: [parts/late.yaml]\n'));
    const { told, end } = watching(schema);
    await told('error');
    mkdirSync(join(folder, 'parts'));
    const part = fileOf(
      'parts/late.yaml',
      'uapi: 1\nname: lamp\nstructs: { lamp_get: { fields: [{ name: level, type: u32 }] } }\n',
    );
    await told('id,level');
    writeFileSync(
      part,
      'uapi: 1\nname: lamp\nstructs: { lamp_get: { fields: [{ name: colour, type: u32 }] } }\n',
    );
    await told('id,colour');
    end();
  });

  it('takes a schema that is not there for wrong usage', async () => {
    const path = join(folder, 'no', 'where.yaml');
    expect(await uapi('gen', 'c', path, '--out', folder, '--watch')).toMatchObject({
      status: 2,
      err: `uapi: error: cannot watch ${path}: no such file`,
    });
  });
});
