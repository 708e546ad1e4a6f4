import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { cBackend } from '../../../codegen/c/backend.ts';
import { anyValue, boundaryValue } from '../../../src/arbitrary/index.ts';
import { makeOracle } from '../../../src/codec/oracle/oracle.ts';
import { abis } from '../../../src/layout/abi.ts';
import { runI386 } from '../../helpers/i386.ts';
import { packageModels } from '../../helpers/schemas.ts';
import { seedFor } from '../../helpers/seed.ts';
import { hasTool } from '../../helpers/tools.ts';
import { type Sample, witnessProgram, witnessStructs } from './c-program.ts';

const models = [...packageModels().values()];
const folder = mkdtempSync(join(tmpdir(), 'uapikit-witness-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const { path, text } of models.flatMap((model) => cBackend.emit(model))) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Values of every struct, some with members at the ends of their ranges. */
function samples(abi: (typeof abis)['lp64' | 'i386']): Sample[] {
  return models.flatMap((model) =>
    witnessStructs(model).flatMap((struct) => {
      const oracle = makeOracle(model, struct, abi);
      const values = [
        ...fc.sample(anyValue(model, struct, { abi }), { numRuns: 4, seed: seedFor(1) }),
        ...fc.sample(boundaryValue(model, struct, { abi }), { numRuns: 4, seed: seedFor(2) }),
      ];
      return values.map((value) => {
        const bytes = new Uint8Array(oracle.measure(value));
        oracle.encode(value, new DataView(bytes.buffer));
        return { model, struct, value: oracle.fill(value) as Sample['value'], bytes };
      });
    }),
  );
}

describe('a C program made from our headers', () => {
  it.for([
    ['gcc', 'lp64', '-m64'],
    ['i386 programs', 'i386', '-m32'],
  ] as const)('writes and reads what our codec does (%s)', ([tool, abiName, flag], context) => {
    if (!hasTool(tool)) context.skip(`this machine lacks ${tool}`);
    const all = samples(abis[abiName]);
    const headers = models.map((model) => model.interfaces.get(model.root)?.header.path ?? '');
    const program = join(folder, `witness-${abiName}`);
    writeFileSync(`${program}.c`, witnessProgram(all, headers, abis[abiName]));
    const compiled = spawnSync('gcc', ['-O0', '-w', flag, '-I', folder, '-o', program, `${program}.c`], {
      encoding: 'utf8',
    });
    expect(compiled.stderr).toBe('');
    const { stdout } = flag === '-m32' ? runI386(program) : spawnSync(program, { encoding: 'utf8' });
    expect(stdout).toMatch(/^\d+ members, 0 differences\n$/);
    expect(Number(/^\d+/.exec(stdout)?.[0])).toBeGreaterThan(3000);
  });
});
