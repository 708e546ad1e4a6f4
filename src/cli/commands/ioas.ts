import { basename } from 'node:path';
import type { Command } from 'commander';
import type { JsonValue } from '../../base/json.ts';
import { UsageError } from '../../base/usage-error.ts';
import { commandText } from '../../ioas/index.ts';
import { parseScript } from '../../script/parse.ts';
import { sequencePicture } from '../../script/picture.ts';
import { type Run, runScript, type Step } from '../../script/run.ts';
import { verbs } from '../../script/verbs.ts';
import type { ExitStatus, Finish } from '../exit-status.ts';
import { readFile, reading, readStandardInput, textOf } from '../input.ts';
import { type Output, printJson } from '../terminal/output.ts';
import { writeText } from '../write-files.ts';

interface IoasOptions {
  readonly svg?: string;
  readonly json?: boolean;
}

const help = `
SCRIPT has a statement on each line; # starts a comment. docs/ioas.md explains them:
${Object.values(verbs)
  .map(({ usage }) => `  ${usage}`)
  .join('\n')}

expect=ok, expect=ERRNO, expect=fault or expect=ADDRESS on any statement checks its result; the exit status is 1 if a
result differs.

Example:
  uapi ioas docs/examples/device-invalidate.ioas --svg device-invalidate.svg`;

/** `uapi ioas`: a flow on the /dev/iommu that the RFC of 2021 proposes. */
export function configureIoas(command: Command, output: Output, finish: Finish): void {
  command
    .argument('<SCRIPT>', 'calls and DMA, one on each line; a file, or - for standard input')
    .option('--svg <FILE>', 'write a picture of who asked whom')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((script: string, options: IoasOptions) => finish(runIoas(script, options, output)));
}

function runIoas(file: string, { svg, json }: IoasOptions, output: Output): ExitStatus {
  const name = file === '-' ? 'standard input' : file;
  const contents = file === '-' ? readStandardInput() : readFile(file);
  const text = reading({ contents, name, path: file }, () => textOf(contents));
  if (text === null) throw new UsageError(`${name} is not text, expected calls, one on each line`);
  const run = runScript(parseScript(text, name), name);
  if (svg !== undefined) writeText(svg, sequencePicture(run, basename(name)));
  if (json === true) printJson(output, runJson(run));
  else for (const line of runText(run)) output.line(line);
  return run.steps.some(({ unexpected }) => unexpected !== null) ? 1 : 0;
}

function runText({ world, steps }: Run): readonly string[] {
  const commands = steps.reduce((sum, step) => sum + step.commands.length, 0);
  const wrong = steps.filter(({ unexpected }) => unexpected !== null).length;
  return [
    ...steps.flatMap(stepText),
    '',
    ...[...world.spaces.keys()].flatMap((name) => spaceText(world, name)),
    `${steps.length} statements, ${commands} hardware commands${wrong === 0 ? '' : `, ${wrong} not as expected`}`,
  ];
}

function stepText({ statement, outcome, commands, unexpected }: Step): readonly string[] {
  const { actor, shown, answer, details = [], device } = outcome;
  const who = actor === 'dma' ? `${device?.name ?? ''} ` : actor === 'guest' ? 'guest ' : '';
  const line = `${String(statement.line).padStart(3)}  ${who}${shown}${answer === '' ? '' : `: ${answer}`}`;
  return [
    line,
    ...details.map((detail) => `       ${detail}`),
    ...commands.map(({ unit, command }) => `       ${unit} <- ${commandText(command)}`),
    ...(unexpected === null ? [] : [`  !! expected ${unexpected}`]),
  ];
}

/** What an address space looks like in the end. */
function spaceText(world: Run['world'], name: string): readonly string[] {
  const ioas = world.namedSpace(name);
  if (ioas === undefined) return [];
  const devices = ioas.attachments.map(
    ({ device, userPasid }) => `${device.name}${userPasid === null ? '' : `/${userPasid}`}`,
  );
  const parent = ioas.parent === null ? '' : ` on ${world.spaceName(ioas.parent.id)} (${ioas.nesting})`;
  const table = ioas.table === null ? '' : `, ${ioas.table.kind} of the guest`;
  const mappings = ioas.isUserManaged ? '' : `, ${ioas.mapped.areas.size} mapped`;
  return [`${name}: ioas ${ioas.id}${parent}${table}${mappings}; used by ${devices.join(', ') || 'nobody'}`];
}

function runJson({ steps }: Run): JsonValue {
  return {
    steps: steps.map(({ statement, outcome, commands, unexpected }) => ({
      line: statement.line,
      text: statement.text,
      actor: outcome.actor,
      call: outcome.shown,
      errno: outcome.errno,
      check: outcome.check ?? null,
      answer: outcome.answer,
      details: [...(outcome.details ?? [])],
      commands: commands.map(({ unit, command }) => ({ unit, command: commandText(command) })),
      expected: unexpected,
    })),
  };
}
