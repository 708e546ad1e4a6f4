import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FileHost } from '../../../src/cli/schemas/schema-host.ts';
import { readSchema } from '../../../src/spec/schema-file.ts';
import { uapi } from '../../helpers/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-host-'));
afterAll(() => rmSync(folder, { recursive: true }));

const secret = join(folder, 'secret.yaml');
const project = join(folder, 'project');
const other = join(folder, 'other');
for (const path of [project, other, join(project, 'parts'), join(folder, 'project-2')]) mkdirSync(path);
const part = 'uapi: 1\nname: x\nstructs: { s: { fields: [{ name: a, type: u32 }] } }\n';
writeFileSync(secret, 'root:x:0:0\n');
for (const path of ['project/parts/part.yaml', 'project/part.yaml', 'other/part.yaml', 'project-2/part.yaml'])
  writeFileSync(join(folder, path), part);
writeFileSync(join(project, 'large.yaml'), `# ${'x'.repeat(5 << 20)}\n`);
symlinkSync(secret, join(project, 'link.yaml'));
symlinkSync(other, join(project, 'linked'));
symlinkSync(join(project, 'part.yaml'), join(project, 'inside.yaml'));
symlinkSync('/dev/zero', join(project, 'zero.yaml'));
spawnSync('mkfifo', [join(project, 'fifo.yaml')]);

/** What is said of a schema that includes a path: the messages, without the path that they begin with. */
function said(
  include: string,
  roots: readonly string[] = [],
  key: 'include' | 'import' = 'include',
): readonly string[] {
  const root = join(project, 'root.yaml');
  writeFileSync(
    root,
    `uapi: 1\nname: ${key === 'include' ? 'x' : 'y'}\n${key}: [${JSON.stringify(include)}]\n`,
  );
  const { diagnostics } = readSchema(root, new FileHost(roots));
  return diagnostics.map(({ code, message }) => `${code}: ${message.replace(/^cannot read .*?: /, '')}`);
}

const outside = `no-file: it is not below ${project}, the folder of the schema; --include-root allows other folders.`;

describe('FileHost', () => {
  test.each([
    'part.yaml',
    'parts/part.yaml',
    './parts/../part.yaml',
    'inside.yaml',
    join(project, 'part.yaml'),
  ])('reads %s below the folder of the schema', (path) => {
    expect(said(path)).toEqual([]);
    expect(said(path, [], 'import')).toEqual([]);
  });

  test.each([
    '../secret.yaml',
    secret,
    '/etc/passwd',
    '/nowhere/at/all.yaml',
    'link.yaml',
    'linked/part.yaml',
    '../project-2/part.yaml',
    'uapikit/../package.json',
    'uapikit/../../../../../../etc/passwd',
    'zero.yaml',
    '/dev/zero',
    '/proc/self/environ',
  ])('refuses %s, and shows nothing of it', (path) => {
    expect(said(path)).toEqual([outside]);
    expect(said(path, [], 'import')).toEqual([outside]);
  });

  test('a schema of the package can be imported from anywhere', () => {
    expect(said('uapikit/vfio-zdev.yaml', [], 'import')).toEqual([]);
    expect(said('uapikit/nosuch.yaml', [], 'import')).toEqual(['no-file: no such file.']);
  });

  test('further folders are those that the user names', () => {
    expect(said('../other/part.yaml', [other])).toEqual([]);
    expect(said('linked/part.yaml', [other])).toEqual([]);
    expect(said('../other/part.yaml', [join(folder, 'project-2')])).toEqual([outside]);
    expect(said('../other/part.yaml', [join(folder, 'nosuch')])).toEqual([outside]);
  });

  test('an included file is a regular one, and no larger than a schema can be', () => {
    expect(said('fifo.yaml')).toEqual(['no-file: it is not a regular file.']);
    expect(said('parts')).toEqual(['no-file: it is not a regular file.']);
    expect(said('large.yaml')).toEqual(['no-file: it has more than 4 MiB.']);
    expect(said('nosuch.yaml')).toEqual(['no-file: no such file.']);
    expect(said('/dev/zero', ['/dev'])).toEqual(['no-file: it is not a regular file.']);
    expect(said(`${secret}/x.yaml`, [folder])).toEqual(['no-file: a part of the path is not a folder.']);
  });

  test('the file that the user names may be a device, but is not read without end', () => {
    const { diagnostics } = readSchema('/dev/zero', new FileHost());
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'cannot read /dev/zero: it has more than 4 MiB.',
    ]);
    expect(readSchema('/dev/null', new FileHost()).diagnostics.map(({ code }) => code)).toEqual([
      'empty-file',
    ]);
  });

  test('a link to a schema elsewhere includes what stands beside the link', () => {
    const link = join(folder, 'project-2', 'root.yaml');
    writeFileSync(join(other, 'linked.yaml'), 'uapi: 1\nname: x\ninclude: [part.yaml]\n');
    symlinkSync(join(other, 'linked.yaml'), link);
    expect(readSchema(link, new FileHost()).diagnostics).toEqual([]);
  });
});

describe('--include-root', () => {
  const root = join(project, 'outside.yaml');
  const out = join(folder, 'include');
  const commands = [
    ['check', root],
    ['gen', 'c', root, '--out', out],
  ];
  writeFileSync(root, 'uapi: 1\nname: x\ninclude: [../other/part.yaml]\n');

  test.each(commands)('lets %s %s include files of another folder', async (...command) => {
    expect((await uapi(...command)).status).not.toBe(0);
    expect((await uapi(...command, '--include-root', join(folder, 'project-2'))).status).not.toBe(0);
    expect(await uapi(...command, '--include-root', project, '--include-root', other)).toMatchObject({
      status: 0,
      err: '',
    });
  });
});
