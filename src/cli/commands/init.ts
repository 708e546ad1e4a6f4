import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../base/usage-error.ts';
import type { ExitStatus } from '../exit-status.ts';
import { makeFolder, problemOf, readText, schemaFolder } from '../files.ts';
import type { Output } from '../terminal/output.ts';

/** The language's JSON Schema, for editors. */
const jsonSchema = 'uapi.schema.json';

const help = `
Writes NAME.yaml, a schema with one ioctl, and next to it ${jsonSchema}, which lets editors complete and check it.
Existing files are never overwritten.

Example:
  uapi init blinker`;

/** `uapi init`: writes a first schema. */
export function configureInit(command: Command, output: Output, finish: (status: ExitStatus) => void): void {
  command
    .argument('<NAME>', 'name of the interface, like that of its driver: blinker')
    .argument('[DIR]', 'the folder to write to', '.')
    .addHelpText('after', help)
    .action((name: string, out: string) => {
      requireName(name);
      const schema = join(out, `${name}.yaml`);
      const texts = new Map([
        [schema, firstSchema(name)],
        [join(out, jsonSchema), readFileSync(join(schemaFolder, jsonSchema), 'utf8')],
      ]);
      const missing = [...texts].filter(([path, text]) => !isThere(path, text));
      for (const [path, text] of missing) {
        writeNew(path, text);
        output.line(`wrote ${path}`);
      }
      for (const line of nextSteps(name, schema)) output.line(line);
      finish(0);
    });
}

function requireName(name: string): void {
  if (/^[a-z][a-z0-9_]{0,39}$/.test(name)) return;
  const shown = JSON.stringify(name.slice(0, 40));
  throw new UsageError(
    `${shown} cannot name an interface, expected small letters, digits and underscores, like blinker`,
  );
}

/** Whether the very text is there already; another text in its place is never overwritten. */
function isThere(path: string, text: string): boolean {
  if (!existsSync(path)) return false;
  // A schema that somebody may have begun to change is never taken for a new one.
  if (path.endsWith('.json') && readText(path) === text) return true;
  throw new UsageError(`${path} is there already, and is not overwritten`);
}

function writeNew(path: string, text: string): void {
  try {
    makeFolder(dirname(path));
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${problemOf(error)}`);
  }
}

function firstSchema(name: string): string {
  const constant = name.toUpperCase();
  return `# yaml-language-server: $schema=./${jsonSchema}
uapi: 1
name: ${name}
doc: What /dev/${name} answers.

structs:
  ${name}_set:
    doc: How one of the device's channels is set up.
    fields:
      - { name: channel, type: u32, doc: "Which channel, counted from 0." }
      # A reserved field must be 0 until a later release gives it a meaning.
      - { name: flags, type: u32, reserved: EINVAL }
      # Not u64: that is aligned to 4 bytes on i386 and to 8 elsewhere.
      - { name: period, type: aligned_u64, unit: ns, doc: Time between two events. }

ioctls:
  # For type, choose a number that Documentation/userspace-api/ioctl/ioctl-number.rst does not list.
  ${constant}_SET: { encoding: _IOW, type: 0xb7, nr: 1, arg: ${name}_set, doc: Sets up a channel. }
`;
}

function nextSteps(name: string, schema: string): readonly string[] {
  return [
    '',
    'Next:',
    `  uapi check ${schema}`,
    `  uapi layout ${name}_set --schema ${schema}`,
    `  uapi gen c ${schema} --out include`,
  ];
}
