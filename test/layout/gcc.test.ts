import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type Abi, abis } from '../../src/layout/abi.ts';
import { type FlatMember, flatten } from '../../src/layout/flatten.ts';
import { type Layout, layOut } from '../../src/layout/layout.ts';
import type { Model } from '../../src/model/model.ts';
import { seedFor } from '../helpers/seed.ts';
import { cStruct, typedefs } from './c-source.ts';
import { randomModels } from './random-structs.ts';

const modelCount = 80;
const folder = mkdtempSync(join(tmpdir(), 'layout-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** GCC flags that give the layout of an abi on an x86 machine; big-endian bit-fields through an attribute. */
const targets: readonly { abi: Abi; flags: readonly string[] }[] = [
  { abi: abis.lp64, flags: ['-m64'] },
  { abi: abis.i386, flags: ['-m32'] },
  { abi: abis.ilp32, flags: ['-m32', '-malign-double'] },
  { abi: abis['lp64-be'], flags: ['-m64'] },
  { abi: abis['i386-be'], flags: ['-m32'] },
];

describe('layOut', () => {
  for (const { abi, flags } of targets) {
    const title = `agrees with gcc ${flags.join(' ')} on random structs (${abi.name}, ${abi.endian}-endian)`;
    test(title, (ctx) => {
      const problem = whyNot(flags);
      if (problem !== null) ctx.skip(`gcc ${flags.join(' ')} does not work here: ${problem}`);
      const models = Array.from({ length: modelCount }, (_, index) => sampleModel(index));
      const source = new Source(abi);
      for (const model of models) source.add(model);
      expect(source.structs).toBeGreaterThanOrEqual(200);
      expect(compile(source, flags)).toEqual([]);
      expect(source.wrongBits(readProbes())).toEqual([]);
    });
  }
});

function sampleModel(index: number): Model {
  const [model] = fc.sample(randomModels(`s${index}_`), { seed: seedFor(index), numRuns: 1 });
  if (model === undefined) throw new Error('no sample');
  return model;
}

function whyNot(flags: readonly string[]): string | null {
  const run = spawnSync('gcc', [...flags, '-x', 'c', '-c', '-', '-o', join(folder, 'try.o')], {
    input: 'int x;\n',
    encoding: 'utf8',
  });
  if (run.error !== undefined) return run.error.message;
  return run.status === 0 ? null : run.stderr;
}

/** A bit-field set to all ones in an otherwise zero struct. */
interface Probe {
  readonly label: string;
  readonly structSize: number;
  readonly firstBit: number;
  readonly bitWidth: number;
}

/** One C file that asserts every size, alignment and offset, and holds an image of every bit-field. */
class Source {
  structs = 0;
  readonly #abi: Abi;
  readonly #lines: string[] = [typedefs];
  readonly #probes: { declaration: string; value: string; probe: Probe }[] = [];

  constructor(abi: Abi) {
    this.#abi = abi;
  }

  add(model: Model): void {
    const attribute = this.#abi.endian === 'big' ? 'scalar_storage_order("big-endian")' : '';
    for (const struct of model.structs.values()) {
      if (struct.inline) continue;
      this.structs++;
      const layout = layOut(model, struct.name, this.#abi);
      const type = `${struct.kind} ${struct.name}`;
      const text = cStruct(model, struct, attribute);
      this.#lines.push(text);
      this.#assert(`sizeof(${type}) == ${layout.size}`, text);
      this.#assert(`_Alignof(${type}) == ${layout.align}`, text);
      for (const member of flatten(layout)) this.#member(type, layout, member, text);
    }
  }

  #member(type: string, layout: Layout, { path, offset, size, member }: FlatMember, text: string): void {
    if (member.kind === 'field') {
      this.#assert(`__builtin_offsetof(${type}, ${path}) == ${offset}`, text);
      if (member.type.kind !== 'flexible') this.#assert(`sizeof(((${type} *)0)->${path}) == ${size}`, text);
      return;
    }
    const ends = layout.members.at(-1);
    if (ends?.kind === 'field' && ends.type.kind === 'flexible') return;
    const base = (offset ?? 0) - Math.floor(member.bitOffset / 8) - member.offset;
    this.#probes.push({
      declaration: type,
      value: `{ .${path} = -1 }`,
      probe: {
        label: `${path} in ${text}`,
        structSize: layout.size ?? 0,
        firstBit: (base + member.offset) * 8 + member.bitOffset,
        bitWidth: member.bitWidth,
      },
    });
  }

  #assert(condition: string, text: string): void {
    this.#lines.push(`_Static_assert(${condition}, ${JSON.stringify(text.replaceAll('"', "'"))});`);
  }

  text(): string {
    const members = this.#probes.map(({ declaration }, i) => `${declaration} p${i};`).join('\n');
    const values = this.#probes.map(({ value }) => value).join(',\n');
    const probes = `struct probes { char first; ${members} } __attribute__((packed));
__attribute__((section(".probe"))) struct probes probes = { 1, ${values} };`;
    return `${this.#lines.join('\n')}\n${probes}\n`;
  }

  /** Bit-fields that are elsewhere in the compiled image than in the layout. */
  wrongBits(image: Buffer): string[] {
    const wrong: string[] = [];
    let start = 1;
    for (const { probe } of this.#probes) {
      const bytes = image.subarray(start, start + probe.structSize);
      start += probe.structSize;
      const found = setBits(bytes, this.#abi);
      const expected = Array.from({ length: probe.bitWidth }, (_, i) => probe.firstBit + i);
      if (found.join() !== expected.join()) wrong.push(`${probe.label}: bits ${found}, expected ${expected}`);
    }
    if (start !== image.length) wrong.push(`image of ${image.length} bytes, expected ${start}`);
    return wrong;
  }
}

/** Positions of the set bits in the order in which the abi hands out bit-fields. */
function setBits(bytes: Buffer, abi: Abi): number[] {
  return [...bytes].flatMap((byte, index) => {
    return [0, 1, 2, 3, 4, 5, 6, 7]
      .filter((bit) => ((abi.endian === 'little' ? byte >> bit : byte >> (7 - bit)) & 1) === 1)
      .map((bit) => index * 8 + bit);
  });
}

/** Compiles; returns the first assertions that do not hold. */
function compile(source: Source, flags: readonly string[]): string[] {
  const file = join(folder, 'structs.c');
  writeFileSync(file, source.text());
  const run = spawnSync('gcc', [...flags, '-w', '-std=gnu11', '-c', file, '-o', join(folder, 'structs.o')], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const errors = run.stderr.split('\n').filter((line) => line.includes('error:'));
  return run.status === 0 ? [] : errors.slice(0, 5);
}

function readProbes(): Buffer {
  const output = join(folder, 'probe.bin');
  execFileSync('objcopy', ['-O', 'binary', '-j', '.probe', join(folder, 'structs.o'), output]);
  return readFileSync(output);
}
