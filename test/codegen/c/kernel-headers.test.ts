import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cBackend } from '../../../codegen/c/backend.ts';
import { definedMacros, parseHeaderFacts, proveHeader } from '../../../src/cli/commands/header-proof.ts';
import { abis } from '../../../src/layout/abi.ts';
import { flatten } from '../../../src/layout/flatten.ts';
import { layOut } from '../../../src/layout/layout.ts';
import { packageModels } from '../../helpers/schemas.ts';
import { hasTool } from '../../helpers/tools.ts';
import { compile, compilers, describeCompiler } from './compile.ts';

const models = packageModels();
const folder = mkdtempSync(join(tmpdir(), 'uapikit-headers-'));
for (const file of [...models.values()].flatMap((model) => cBackend.emit(model))) {
  mkdirSync(dirname(join(folder, file.path)), { recursive: true });
  writeFileSync(join(folder, file.path), file.text);
}
afterAll(() => rmSync(folder, { recursive: true }));

const dataFolder = new URL('../../data/kernel-headers/', import.meta.url);
const recorded = readdirSync(dataFolder).map((name) =>
  parseHeaderFacts(readFileSync(new URL(name, dataFolder), 'utf8')),
);

describe.each(recorded.map((facts) => [facts.header, facts] as const))('our %s', (header, facts) => {
  const model = [...models.values()].find((one) => one.interfaces.get(one.root)?.header.path === header);

  it.runIf(hasTool('gcc'))('has every struct, member, enumerator and macro of the kernel (x86-64)', () => {
    const proof = proveHeader(facts, folder, 'lp64');
    expect(proof.failures).toEqual([]);
    expect(proof.facts).toBeGreaterThan(50);
  });

  it.runIf(hasTool('gcc -m32'))('has every struct and member of the kernel (i386)', () => {
    const proof = proveHeader(facts, folder, 'i386');
    expect(proof.failures).toEqual([]);
    expect(proof.facts).toBeGreaterThan(50);
  });

  it.runIf(hasTool('gcc'))('defines no macro that the kernel has not', () => {
    const own = new Set([facts.macros, facts.functions, facts.strings].flatMap((part) => Object.keys(part)));
    const imported = new Set(
      recorded
        .filter((other) => other !== facts)
        .flatMap((other) =>
          [other.macros, other.functions, other.strings].flatMap((part) => Object.keys(part)),
        ),
    );
    const guards = new Set(
      [...models.values()].flatMap((one) => [...one.interfaces.values()].map((each) => each.header.guard)),
    );
    const extra = definedMacros(header, folder).filter(
      (name) => !own.has(name) && !imported.has(name) && !guards.has(name),
    );
    expect(extra).toEqual([]);
  });

  it('declares no struct and no enumerator that the kernel has not', () => {
    const structs = [...(model?.structs.values() ?? [])].filter(
      (one) => one.interface === model?.root && !one.inline && one.kind !== 'registers',
    );
    expect(structs.map((one) => `${one.kind} ${one.name}`).sort()).toEqual(Object.keys(facts.structs).sort());
    const sets = [...(model?.flags.values() ?? []), ...(model?.enums.values() ?? [])].filter(
      (set) => set.interface === model?.root && set.c !== 'define',
    );
    const constants = [...(model?.constants.values() ?? [])].filter(
      (one) => one.interface === model?.root && one.c !== 'define',
    );
    const names = [
      ...sets.flatMap((set) => set.values.map((value) => value.name)),
      ...constants.map((one) => one.name),
    ];
    expect(names.sort()).toEqual(Object.keys(facts.enumerators).sort());
  });

  it.each(['lp64', 'i386'] as const)('is laid out by our own engine as gcc does it (%s)', (abi) => {
    const structs = abi === 'lp64' ? facts.structs : (facts.i386 ?? {});
    for (const [type, { size, fields }] of Object.entries(structs)) {
      const layout = layOut(model ?? expect.unreachable(), type.replace(/^\w+ /, ''), abis[abi]);
      const ours = flatten(layout).map(({ path, offset, size: bytes }) => [path, offset, bytes]);
      expect([type, layout.size, ours]).toEqual([
        type,
        Number(size),
        fields.map(([path, offset, bytes]) => [path, Number(offset), Number(bytes)]),
      ]);
    }
  });
});

describe('the recorded facts', () => {
  it('differ between x86-64 and i386 in exactly the structs with plain 64-bit members or pointers', () => {
    const differing = recorded.flatMap(({ structs, i386 = {} }) =>
      Object.keys(i386).filter(
        (name) => JSON.stringify(structs[name], text) !== JSON.stringify(i386[name], text),
      ),
    );
    expect(differing.sort()).toEqual([
      'struct vfio_bitmap',
      'struct vfio_device_info_cap_zpci_base',
      'struct vfio_device_info_cap_zpci_group',
      'struct vfio_eeh_pe_op',
      'struct vfio_iommu_type1_dirty_bitmap_get',
      'struct vfio_iommu_type1_info_cap_migration',
    ]);
  });
});

describe('all headers together', () => {
  const text = [...models.values()]
    .map((model) => `#include <${model.interfaces.get(model.root)?.header.path}>\n`)
    .join('');
  it.each(compilers().map((compiler) => [describeCompiler(compiler), compiler] as const))(
    'are clean for %s',
    (_, compiler) => {
      const { diagnostics } = compile(`${text}${text}int main(void) { return 0; }\n`, compiler, [folder]);
      expect(diagnostics).toBe('');
    },
  );
});

function text(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
