import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { cValidatorsBackend } from '../../../codegen/c-validators/backend.ts';
import { type Abi, abis, formatAbi } from '../../../src/layout/abi.ts';
import { errnos } from '../../../src/model/errno.ts';
import { makeValidator } from '../../../src/validate/validator.ts';
import { seedFor } from '../../helpers/seed.ts';
import { hasTool } from '../../helpers/tools.ts';
import { argumentStructs, payloads } from '../../validate/payloads.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-checks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const structs = argumentStructs();
const models = [...new Set(structs.map(({ model }) => model))];

/** Reads payloads (number of the struct, length, bytes) and prints an answer for each; every payload has its own memory. */
function harness(headers: readonly string[]): string {
  return `#include <stdio.h>
#include <stdlib.h>
#include <stdint.h>
#include <string.h>
${headers.map((header) => `#include "${header}"`).join('\n')}

static int (*const checks[])(const void *, size_t) = {
${structs.map(({ name }) => `\t${name}_check,`).join('\n')}
};

int main(void)
{
	uint32_t head[2];

	while (fread(head, sizeof(head), 1, stdin) == 1) {
		unsigned char *bytes = malloc(head[1] ? head[1] : 1);

		if (!bytes || fread(bytes, 1, head[1], stdin) != head[1])
			return 1;
		printf("%d\\n", checks[head[0]](bytes, head[1]));
		free(bytes);
	}
	return 0;
}
`;
}

function compile(abi: Abi, fd: string, flags: readonly string[]): string {
  const files = models.flatMap((model) =>
    cValidatorsBackend.emit(model, { settings: { abi: formatAbi(abi), fd } }),
  );
  for (const { path, text } of files) writeFileSync(join(folder, path), text);
  const headers = files.flatMap(({ path }) => (path.endsWith('.h') ? [path] : []));
  const sources = files.flatMap(({ path }) => (path.endsWith('.c') ? [join(folder, path)] : []));
  const program = join(folder, `checks-${formatAbi(abi)}${flags.length}`);
  writeFileSync(join(folder, 'main.c'), harness(headers));
  const strict = ['-std=c99', '-Wall', '-Wextra', '-Werror', '-O1', '-I', folder];
  const { stderr } = spawnSync(
    'gcc',
    [...strict, ...flags, '-o', program, join(folder, 'main.c'), ...sources],
    {
      encoding: 'utf8',
    },
  );
  expect(stderr).toBe('');
  return program;
}

interface Asked {
  readonly struct: number;
  readonly bytes: Uint8Array;
  /** What the interpreter says: 0, or the negative errno. */
  readonly expected: number;
}

function asked(abi: Abi, fd: string, runs: number): readonly Asked[] {
  return structs.flatMap((each, struct) => {
    const env = Object.fromEntries([...each.model.fds.keys()].map((kind) => [kind, kind === fd ? 1n : 0n]));
    const validator = makeValidator(each.model, each.name, { abi, env });
    return fc.sample(payloads(each, abi), { numRuns: runs, seed: seedFor(struct) }).map((bytes) => {
      const refusal = validator?.validate(bytes).verdict.refusal ?? null;
      return { struct, bytes, expected: refusal === null ? 0 : -errnos[refusal] };
    });
  });
}

function answers(program: string, all: readonly Asked[]): readonly number[] {
  const input = Buffer.concat(
    all.flatMap(({ struct, bytes }) => [new Uint8Array(Uint32Array.of(struct, bytes.length).buffer), bytes]),
  );
  const { stdout, stderr, status } = spawnSync(program, { input, encoding: 'utf8', maxBuffer: 1 << 26 });
  expect([stderr, status]).toEqual(['', 0]);
  return stdout.trimEnd().split('\n').map(Number);
}

describe('validators in C', () => {
  it.each([
    ['lp64', 'iommufd', []],
    ['lp64', 'vfio_container', ['-fsanitize=address,undefined', '-fno-sanitize-recover=all']],
    ['i386-be', 'iommufd', ['-fsanitize=address,undefined', '-fno-sanitize-recover=all']],
  ] as const)('answer as the interpreter does (%s, %s, %j)', (abiName, fd, flags) => {
    if (!hasTool('gcc')) return;
    const abi = abis[abiName];
    const all = asked(abi, fd, 60);
    const found = answers(compile(abi, fd, flags), all);
    const wrong = all.flatMap(({ struct, bytes, expected }, i) =>
      found[i] === expected
        ? []
        : [
            {
              name: structs[struct]?.name,
              bytes: Buffer.from(bytes).toString('hex'),
              expected,
              found: found[i],
            },
          ],
    );
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(found.length).toBe(all.length);
    // Every kind of answer is there.
    expect(new Set(found).size).toBeGreaterThan(5);
    expect(found.filter((answer) => answer === 0).length).toBeGreaterThan(300);
  });

  it('need nothing but two headers of the language, and leave no rule out', () => {
    for (const model of models) {
      for (const { text } of cValidatorsBackend.emit(model)) {
        const included = [...text.matchAll(/#include <(.*)>/g)].map(([, name]) => name);
        expect(included.filter((name) => name !== 'stdint.h' && name !== 'stddef.h')).toEqual([]);
        expect(text).not.toMatch(/malloc|memcpy|left out/);
      }
    }
  });
});
