import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ask, questionsOf } from './edge-script.ts';

const file = new URL('../data/edges.txt.gz', import.meta.url);

// test/data/edges.txt.gz: what test/oracle/probe-edges.c asked Linux 6.12.117, and its answers.
describe('the reference, asked at the edges', () => {
  const questions = questionsOf(gunzipSync(readFileSync(file)).toString('latin1'));
  it.for(questions)('answers as the kernel: $name', (question) => {
    expect(ask(question)).toEqual([]);
  });

  it('has steps of each kind', () => {
    const verbs = new Set(
      questions.flatMap(({ steps }) => steps.map((step) => step.slice(0, step.indexOf(' ')))),
    );
    expect(verbs.size).toBeGreaterThan(10);
    expect(questions.length).toBeGreaterThan(80);
  });
});
