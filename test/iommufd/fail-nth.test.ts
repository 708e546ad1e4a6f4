import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { violations } from './invariants.ts';
import { picture } from './picture.ts';
import { Stepper } from './steps.ts';
import { arena } from './workbench.ts';

/** A process in which all steps but the last one are done. */
function setUp(steps: readonly string[]): Stepper {
  const stepper = new Stepper();
  for (const step of steps.slice(0, -1)) expect(stepper.step(step), step).toMatchObject({ errno: null });
  return stepper;
}

/** Steps, and the states around the last one where nothing fails. */
interface Scenario {
  readonly steps: readonly string[];
  readonly last: string;
  readonly before: string;
  readonly after: string;
  readonly answer: string;
  /** Uses of memory of the last step. */
  readonly uses: number;
}

function scenarioOf(steps: readonly string[]): Scenario {
  const stepper = setUp(steps);
  const last = steps.at(-1) ?? '';
  const before = picture(stepper);
  stepper.process.uses = 0;
  expect(stepper.step(last)).toMatchObject({ errno: null });
  const { uses } = stepper.process;
  return { steps, last, before, after: picture(stepper), answer: stepper.answer(), uses };
}

/** What becomes of the state where the nth use of memory of the last step fails; in the words of fail-nth.c. */
function outcomeOf(scenario: Scenario, nth: number): string {
  const { steps, last, before, after, answer } = scenario;
  const stepper = setUp(steps);
  const { process, iommufd } = stepper;
  process.left = nth;
  const { errno } = stepper.step(last);
  process.left = Infinity;
  expect(violations(iommufd)).toEqual([]);
  const asAfter = () => picture(stepper) === after;
  let state = 'other';
  if (errno === null) state = asAfter() && stepper.answer() === answer ? 'after' : 'other';
  else if (picture(stepper) !== before) state = asAfter() ? 'after' : 'other';
  else if (stepper.step(last).errno === null && asAfter() && stepper.answer() === answer) state = 'before';
  process.files.closeAll();
  iommufd.close();
  expect(process.memory.pages(arena, 16, false).filter(({ pins }) => pins > 0)).toEqual([]);
  return `${errno ?? '0'} ${state}`;
}

function outcomesOf(steps: readonly string[]): readonly string[] {
  const scenario = scenarioOf(steps);
  return [...new Set(Array.from({ length: scenario.uses }, (_, nth) => outcomeOf(scenario, nth)))].sort();
}

/** A failure that changed nothing: of something for which there is a substitute, or that is not needed. */
const absorbed = '0 after';

const lines = readFileSync(new URL('../data/fail-nth.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

describe('a call of which the nth allocation or access to memory fails', () => {
  it.each(lines)('leaves what the kernel leaves: %s', (line) => {
    const [, steps = '', outcomes = ''] = line.split('|').map((part) => part.trim());
    const expected = outcomes === '' ? [] : outcomes.split(', ');
    expect(outcomesOf(steps.split('; ')).filter((outcome) => outcome !== absorbed)).toEqual(
      expected.filter((outcome) => outcome !== absorbed),
    );
  });
});
