/*
 * Runs each test once as it is and notes which mutants it reaches; then once more with each of them that still lives.
 * The quick tests come first.
 * Tells the parent by lines of a log: `try N`, `killed N`, `reached N`, `spoilt N`, `done TEST`.
 */
import { openSync, readFileSync, writeSync } from 'node:fs';
import fc from 'fast-check';
import { VitestTestRunner } from 'vitest/runners';

const log = process.env.MUTATE_LOG;
const only = process.env.MUTATE_ONLY;
const file = openSync(log, 'a');
const say = (line) => writeSync(file, `${line}\n`);
const lines = readFileSync(log, 'utf8').split('\n');
const gone = new Set(lines.filter((line) => /^(killed|spoilt) /.test(line)).map((line) => Number(line.split(' ')[1])));
const done = new Set(lines.filter((line) => line.startsWith('done ')).map((line) => line.slice(5)));
const known = new Set(lines.filter((line) => line.startsWith('reached ')));

/** A mutant that loops is stopped after so many more passes than without it. */
const patience = 200_000;

/** Milliseconds of a test that all mutants take before the slow tests come. */
const quick = 150;

globalThis.mutation = {
  active: only === undefined ? -1 : Number(only),
  reached: new Map(),
  passes: 0,
  allowed: Number.POSITIVE_INFINITY,
  reach(number) {
    if (number !== this.active) {
      if (this.active === -1) this.reached.set(number, (this.reached.get(number) ?? 0) + 1);
      return false;
    }
    if (++this.passes > this.allowed) throw new Error('the mutant loops');
    return true;
  },
};

export default class MutationRunner extends VitestTestRunner {
  async runTask(test) {
    fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
    const run = VitestTestRunner.getTestFn(test);
    if (only !== undefined) return run();
    const { mutation } = globalThis;
    const name = test.fullName;
    mutation.reached = new Map();
    const begin = performance.now();
    await run();
    if (process.env.MUTATE_QUICK !== undefined && performance.now() - begin > quick) return;
    const reached = mutation.reached;
    for (const number of reached.keys()) if (!known.has(`reached ${number}`)) say(`reached ${number}`);
    if (done.has(name)) return;
    for (const [number, count] of reached) {
      if (gone.has(number)) continue;
      Object.assign(mutation, { active: number, passes: 0, allowed: 10 * count + patience });
      say(`try ${number}`);
      let failed = false;
      try {
        await run();
      } catch {
        failed = true;
      }
      if (test.result?.errors?.length) failed = true;
      mutation.active = -1;
      if (!failed) continue;
      gone.add(number);
      try {
        await run();
        say(`killed ${number}`);
      } catch {
        // What the mutant left behind fails without it: nothing that this process says after it counts.
        say(`spoilt ${number}`);
        process.exit(99);
      }
    }
    say(`done ${name}`);
  }
}
