import { describe, expect, it } from 'vitest';
import { architectures, parseArchitecture } from '../../src/layout/architecture.ts';
import { architecturesOf, ioctlNumber, numbersElsewhere } from '../../src/layout/ioctl-number.ts';
import { onArchitecture } from '../../src/model/select.ts';
import { factsByArchitecture } from '../helpers/ioctl-facts.ts';
import { packageModels, readModel, repositoryFile, repositoryText } from '../helpers/schemas.ts';

const models = packageModels();
const spec = readModel(repositoryFile('test/specs/ioctls.yaml'));

/** Every ioctl that a schema of the package declares, with its model. */
const declared = [...models.values()].flatMap((model) =>
  [...model.ioctls.values()]
    .filter((ioctl) => ioctl.interface === model.root)
    .map((ioctl) => ({ model, ioctl })),
);

describe('ioctlNumber', () => {
  it.each(factsByArchitecture)(
    'is what the headers of %s give, for each ioctl of the package',
    (name, facts) => {
      const known: Readonly<Record<string, number>> = { ...facts.macro, ...facts.header };
      const ours = declared.map(({ model, ioctl }) => [
        ioctl.name,
        Number(ioctlNumber(model, ioctl, name).number),
      ]);
      expect(ours.length).toBeGreaterThan(70);
      expect(Object.fromEntries(ours)).toEqual(known);
    },
  );

  it('is the usual one without an architecture, or that of the only ones where the ioctl exists', () => {
    const [usual, powerpc] = ['x86', 'powerpc'].map(
      (name) => factsByArchitecture.find(([each]) => each === name)?.[1].header ?? {},
    );
    const vfio = models.get('vfio');
    if (vfio === undefined) throw new Error('no vfio');
    const numberOf = (name: string, model = vfio): number | undefined => {
      const ioctl = model.ioctls.get(name);
      return ioctl === undefined ? undefined : Number(ioctlNumber(model, ioctl).number);
    };
    expect(numberOf('VFIO_IOMMU_MAP_DMA')).toBe(usual?.['VFIO_IOMMU_MAP_DMA']);
    expect(numberOf('VFIO_IOMMU_SPAPR_TCE_GET_INFO')).toBe(powerpc?.['VFIO_IOMMU_SPAPR_TCE_GET_INFO']);
    expect(numberOf('VFIO_IOMMU_MAP_DMA', onArchitecture(vfio, 'powerpc'))).toBe(
      powerpc?.['VFIO_IOMMU_MAP_DMA'],
    );
    expect(numberOf('VFIO_IOMMU_SPAPR_TCE_GET_INFO', onArchitecture(vfio, 'arm64'))).toBeUndefined();
  });

  it('has other values elsewhere, together with those that share them', () => {
    const elsewhere = (name: string): unknown => {
      const ioctl = spec.ioctls.get(name);
      return ioctl === undefined ? undefined : numbersElsewhere(spec, ioctl);
    };
    const three = ['alpha', 'mips', 'powerpc', 'sparc'];
    expect(elsewhere('PLAIN')).toEqual([{ number: 0x2000_3b40n, architectures: three }]);
    expect(elsewhere('WRITE_IT')).toEqual([
      { number: 0x8008_4501n, architectures: [...three, 'parisc'].sort() },
    ]);
    expect(elsewhere('READ_IT')).toEqual([
      { number: 0x4008_4501n, architectures: [...three, 'parisc'].sort() },
    ]);
    expect(elsewhere('BOTH_WAYS')).toEqual([]);
    expect(elsewhere('ON_POWER')).toEqual([]);
    expect(elsewhere('NOT_ON_X86')).toEqual([{ number: 0x2000_3b07n, architectures: ['mips'] }]);
  });

  it('exists where its file does, unless it says so itself', () => {
    const of = (name: string): unknown => {
      const ioctl = spec.ioctls.get(name);
      return ioctl === undefined ? undefined : architecturesOf(spec, ioctl);
    };
    expect([of('PLAIN'), of('GIVE_FILE')]).toEqual([null, null]);
    expect([of('ON_POWER'), of('NOT_ON_X86')]).toEqual([['powerpc'], ['arm64', 'mips']]);
  });
});

describe('architectures', () => {
  it('are those that the JSON Schema knows', () => {
    const schema = JSON.parse(repositoryText('schema/uapi.schema.json')) as {
      $defs: { architectures: { items: { enum: string[] } } };
    };
    expect(schema.$defs.architectures.items.enum).toEqual(architectures);
  });

  it('have the names of the kernel, and those that uname and distributions give', () => {
    for (const name of architectures) expect(parseArchitecture(name)).toBe(name);
    const names = {
      x86: ['x86_64', 'i686', 'i386', 'amd64'],
      arm64: ['aarch64'],
      arm: ['armv7l', 'armv6l', 'armv5tel', 'armhf'],
      powerpc: ['ppc', 'ppc64', 'ppc64le', 'ppc64el'],
      mips: ['mips64', 'mipsel', 'mips64el', 'mips64r6el', 'mipsn32el'],
      sparc: ['sparc64'],
      parisc: ['parisc64', 'hppa'],
      riscv: ['riscv64', 'riscv32'],
      s390: ['s390x'],
      loongarch: ['loongarch64', 'loong64'],
      sh: ['sh4', 'sh4a', 'sh4eb'],
    };
    for (const [architecture, machines] of Object.entries(names)) {
      for (const machine of machines)
        expect([machine, parseArchitecture(machine)]).toEqual([machine, architecture]);
    }
    for (const text of ['', 'toString', 'X86', 'ppc65', 'mipsy', 'x86 ', 'shh']) {
      expect([text, parseArchitecture(text)]).toEqual([text, undefined]);
    }
  });
});
