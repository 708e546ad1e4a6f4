#!/usr/bin/env node
/*
 * mutate: changes one comparison of a source file after the other and sees whether the tests of its folder notice.
 *
 *   node test/scripts/mutate.mjs src/chain/walk.ts test/chain [--limit N]
 *
 * Works on the file itself, one mutant at a time, and puts it back as it was, also when it is interrupted. Prints every mutant
 * that no test kills; docs/conformance.md holds the results. Exit status 1 where one survives.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

const [file, tests, flag, count] = process.argv.slice(2);
if (file === undefined || tests === undefined) {
  console.error('usage: mutate FILE TESTS [--limit N]');
  process.exit(2);
}
const limit = flag === '--limit' ? Number(count) : Number.POSITIVE_INFINITY;

/** What each operator becomes: its boundary moved, and the opposite. */
const others = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
};

const text = readFileSync(file, 'utf8');
const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
const mutants = [];
(function visit(node) {
  if (ts.isBinaryExpression(node)) {
    const { operatorToken } = node;
    for (const other of others[operatorToken.getText()] ?? [])
      mutants.push({ start: operatorToken.getStart(), end: operatorToken.getEnd(), other });
  }
  node.forEachChild(visit);
})(source);

const restore = () => writeFileSync(file, text);
process.on('SIGINT', () => {
  restore();
  process.exit(130);
});

const run = () => {
  const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', '--bail', '1', ...tests.split(',')];
  return spawnSync('npx', args, { encoding: 'utf8', timeout: 120_000 }).status === 0;
};

if (!run()) {
  console.error(`${tests} fails before anything is changed`);
  process.exit(2);
}
let [killed, survived] = [0, 0];
try {
  for (const { start, end, other } of mutants.slice(0, limit)) {
    writeFileSync(file, text.slice(0, start) + other + text.slice(end));
    if (!run()) {
      killed++;
      continue;
    }
    survived++;
    const { line } = source.getLineAndCharacterOfPosition(start);
    const words = text.split('\n')[line]?.trim();
    console.log(`${file}:${line + 1}: ${text.slice(start, end)} as ${other}: ${words}`);
  }
} finally {
  restore();
}
console.log(`${file}: ${killed} killed, ${survived} survived, of ${mutants.length}`);
process.exitCode = survived > 0 ? 1 : 0;
