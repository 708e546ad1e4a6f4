import { didYouMean } from '../base/suggestion.ts';
import { Arguments } from './arguments.ts';
import { ScriptWorld, type TakenCommand } from './machine.ts';
import { numberOf, type Statement, scriptError } from './parse.ts';
import type { Outcome } from './step-result.ts';
import { verbs } from './verbs.ts';

/** A statement that ran. */
export interface Step {
  readonly statement: Statement;
  readonly outcome: Outcome;
  /** What the IOMMUs were told meanwhile. */
  readonly commands: readonly TakenCommand[];
  /** What was expected instead; null where it came as expected. */
  readonly unexpected: string | null;
}

/** A script that ran, and what it made. */
export interface Run {
  readonly world: ScriptWorld;
  readonly steps: readonly Step[];
}

/** Most hardware commands of a run, all of which are shown. */
const commandsMax = 100_000;

/**
 * Runs a script.
 *
 * @throws UsageError with file and line where a statement is wrong; calls that fail are results
 */
export function runScript(statements: readonly Statement[], file: string): Run {
  const world = new ScriptWorld();
  let taken = 0;
  const steps = statements.map((statement) => {
    const step = runStatement(world, statement, file);
    taken += step.commands.length;
    if (taken > commandsMax)
      throw scriptError(
        { file, line: statement.line },
        `${taken} hardware commands so far, expected at most ${commandsMax}`,
      );
    return step;
  });
  return { world, steps };
}

function runStatement(world: ScriptWorld, statement: Statement, file: string): Step {
  const place = { file, line: statement.line };
  const { verb: name, result, named } = statement;
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) {
    const known = Object.keys(verbs);
    throw scriptError(
      place,
      `unknown word ${name}${didYouMean(name, known)}`,
      `there are ${known.join(', ')}`,
    );
  }
  if (result !== null && !verb.usage.startsWith('NAME ='))
    throw scriptError(place, `${name} gives nothing to call ${result}`);
  if (result === null && verb.usage.startsWith('NAME ='))
    throw scriptError(place, `the result needs a name: ${verb.usage}`);
  if (result !== null && world.namedSpace(result) !== undefined)
    throw scriptError(place, `there is an address space ${result} already`);
  const { value: outcome, commands } = world.during(() => verb.run(world, new Arguments(statement, file)));
  if (result !== null && outcome.id !== undefined) world.nameSpace(result, outcome.id);
  const wanted = named.get('expect');
  return {
    statement,
    outcome,
    commands,
    unexpected: wanted === undefined || fits(outcome, wanted) ? null : wanted,
  };
}

/** Whether something came as expected: `ok`, an errno, `fault`, or an address. */
function fits({ errno, answer }: Outcome, wanted: string): boolean {
  if (wanted === 'ok') return errno === null;
  const address = numberOf(wanted);
  if (address === null) return errno === wanted;
  return errno === null && answer.split(' ')[0] === `0x${address.toString(16)}`;
}
