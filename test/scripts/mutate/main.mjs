#!/usr/bin/env node
/*
 * mutate: which small changes of the source do its tests notice?
 *
 *   node test/scripts/mutate/main.mjs [--sample N] [--seed N] [--tests FOLDER,...] FILE...
 *
 * Changes operators, negations, booleans and statements of the files (a sample of N mutants a file, 40 unless given), one at a
 * time, and runs the tests of the folders that mirror them. The files themselves stay as they are: all mutants are built in, each
 * behind a switch. What no test kills is run once more in a process of its own, in case something was remembered from before.
 * An interrupted run goes on from the log in the folder of temporary files. Prints every mutant that survives.
 * Exit status 1 if one does.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findMutants } from './mutants.mjs';

const { values, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string' },
  },
});
if (files.length === 0) {
  console.error('usage: mutate [--sample N] [--seed N] [--tests FOLDER,...] FILE...');
  process.exit(2);
}

/** A process that says nothing for so long hangs; the mutant that it last tried is killed by that. */
const silence = 90_000;

const order = (file, { start, what }) =>
  createHash('sha256').update(`${values.seed} ${file} ${start} ${what}`).digest('hex');
let total = 0;
const mutants = files
  .flatMap((file) => {
    const all = findMutants(file, readFileSync(file, 'utf8')).map((each) => ({ file, ...each }));
    total += all.length;
    const sorted = [...all].sort((a, b) => (order(file, a) < order(file, b) ? -1 : 1));
    return sorted.slice(0, Number(values.sample));
  })
  .map((mutant, number) => ({ number, ...mutant }));
const folders = values.tests?.split(',') ?? [
  ...new Set(files.map((file) => dirname(file).replace(/^src\//, 'test/'))),
];
const list = JSON.stringify(mutants);
const name = createHash('sha256').update(`${list} ${folders}`).digest('hex').slice(0, 12);
const folder = join(tmpdir(), `uapikit-mutants-${name}`);
mkdirSync(folder, { recursive: true });
const [listFile, log] = [join(folder, 'mutants.json'), join(folder, 'log')];
writeFileSync(listFile, list);
if (!existsSync(log)) writeFileSync(log, '');
console.log(`${mutants.length} of ${total} mutants, tests ${folders.join(' ')}, log ${log}`);

const told = (word) =>
  new Set(
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith(`${word} `))
      .map((line) => Number(line.split(' ')[1])),
  );

/** Runs the tests; the exit status, or null if they hung. */
function run(only, isQuick = false) {
  const args = ['vitest', 'run', '--config', join(import.meta.dirname, 'vitest.config.mjs'), ...folders];
  const env = { ...process.env, MUTATE_LIST: listFile, MUTATE_LOG: log, MUTATE_CACHE: join(folder, 'cache') };
  if (only !== undefined) env.MUTATE_ONLY = String(only);
  if (isQuick) env.MUTATE_QUICK = '1';
  const child = spawn('npx', args, { env, stdio: 'ignore', detached: true });
  const begin = Date.now();
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const heard = only === undefined ? Math.max(begin, statSync(log).mtimeMs) : begin;
      if (Date.now() - heard < silence) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
      clearInterval(timer);
      resolve(null);
    }, 500);
    child.on('exit', (status) => {
      clearInterval(timer);
      resolve(status);
    });
  });
}

for (let isQuick = true; ; ) {
  const before = readFileSync(log, 'utf8').length;
  const status = await run(undefined, isQuick);
  const news = readFileSync(log, 'utf8').slice(before);
  if (status === null) {
    const last = news.match(/try \d+\n$/)?.[0].trim().slice(4);
    if (last === undefined) throw new Error('the tests hang although nothing is changed');
    appendFileSync(log, `killed ${last}\n`);
  } else if (status !== 0 && !news.includes('spoilt')) {
    throw new Error(`${folders.join(' ')} fails although nothing is changed`);
  } else if (status === 0) {
    if (!isQuick) break;
    isQuick = false;
  }
}

const [killed, reached] = [told('killed'), told('reached')];
const again = told('survived');
for (const { number } of mutants) {
  if (killed.has(number) || again.has(number)) continue;
  // Nothing reaches it in a test; but what is set up between the tests may.
  const word = (await run(number)) === 0 ? 'survived' : 'killed';
  appendFileSync(log, `${word} ${number}\n`);
}

const dead = told('killed');
for (const file of files) {
  const own = mutants.filter((mutant) => mutant.file === file);
  const alive = own.filter(({ number }) => !dead.has(number));
  console.log(`${file}: ${own.length} mutants, ${own.length - alive.length} killed, ${alive.length} survived`);
  for (const { number, line, what, words } of alive) {
    const unseen = reached.has(number) ? '' : ' (no test reaches it)';
    console.log(`  ${file}:${line}: ${what}${unseen}: ${words}`);
  }
}
process.exitCode = dead.size < mutants.length ? 1 : 0;
