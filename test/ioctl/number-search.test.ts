import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Architecture, architectures, sameIoctlNumbers } from '../../src/codec/runtime/ioctl-number.ts';
import { explainNumber, ioctlsNumbered } from '../../src/ioctl/number-search.ts';
import { architecturesOf, ioctlNumber } from '../../src/layout/ioctl-number.ts';
import type { Model } from '../../src/model/model.ts';
import { onArchitecture } from '../../src/model/select.ts';
import { linkModels } from '../../src/spec/link.ts';
import { packageModels, readModel, repositoryFile } from '../helpers/schemas.ts';

const spec = readModel(repositoryFile('test/specs/ioctls.yaml'));
const model = linkModels([...packageModels().values()]);

/** The spec as each architecture has it. */
const specOn = Object.fromEntries(
  architectures.map((name) => [name, onArchitecture(spec, name)] as const),
) as Readonly<Record<Architecture, Model>>;

describe('ioctlsNumbered', () => {
  it('finds every ioctl by its number, on each architecture that has it', () => {
    for (const architecture of architectures) {
      const own = specOn[architecture];
      expect(own.ioctls.size).toBeGreaterThan(8);
      for (const ioctl of own.ioctls.values()) {
        const number = Number(ioctlNumber(own, ioctl).number);
        expect(ioctlsNumbered(own, number)).toContain(ioctl);
      }
    }
  });

  it('gives every ioctl of a number once', () => {
    const names = ioctlsNumbered(model, 0x3b71).map(({ name }) => name);
    expect([...names].sort()).toEqual([
      'IOAS_INVALIDATE_CACHE',
      'VFIO_DEVICE_PCI_HOT_RESET',
      'VFIO_IOMMU_MAP_DMA',
    ]);
  });
});

describe('explainNumber', () => {
  it.each([
    [
      0x4020_3b71,
      undefined,
      /^0x40203b71, which is _IOW\(0x3b, 0x71, 32 bytes\); .*VFIO_IOMMU_MAP_DMA are _IO\(0x3b, 0x71\) = 0x3b71: ioas, vfio encode neither direction nor size$/,
    ],
    [0x8020_3b71, 'powerpc', /^0x80203b71, which is _IOW\(0x3b, 0x71, 32 bytes\); .* = 0x20003b71: /],
    [
      0x0028_3b85,
      undefined,
      /^0x283b85, which is _IO\(0x3b, 0x85\) with a size of 40 bytes; IOMMU_IOAS_MAP is _IO\(0x3b, 0x85\) = 0x3b85: iommufd encodes neither/,
    ],
    [
      0x2000_3b85,
      undefined,
      /; that is IOMMU_IOAS_MAP on alpha, mips, powerpc, sparc, and 0x3b85 on x86, arm64 and most others$/,
    ],
    [
      0x3b85,
      'sparc',
      /^0x3b85, which is not made by any macro \(type 0x3b, nr 0x85, direction bits 0, 0 bytes\); that is IOMMU_IOAS_MAP on parisc, x86, arm64 and most others, and 0x20003b85 on sparc$|on x86, arm64 and most others, and 0x20003b85 on sparc$/,
    ],
    [
      0x3bff,
      undefined,
      /; of type 0x3b \(';'\) the nrs 0x64-0x7d, .* are known, nearest is 0xa0: IOMMU_TEST_CMD$/,
    ],
    [0x1234, undefined, /^0x1234, which is _IO\(0x12, 0x34\); no ioctl of type 0x12 is known$/],
  ] as const)('of %d on %s', (number, architecture, message) => {
    expect(explainNumber(model, number, architecture).message).toMatch(message);
  });

  it('names the encodings that a schema has for a type and nr', () => {
    const { message } = explainNumber(spec, 0xc010_4501, undefined);
    expect(message).toBe(
      '0xc0104501, which is _IOWR(0x45, 0x1, 16 bytes); READ_IT is _IOR(0x45, 0x1, 8 bytes) = 0x80084501; ' +
        'READ_ONE is _IOR(0x45, 0x1, 4 bytes) = 0x80044501; WRITE_IT is _IOW(0x45, 0x1, 8 bytes) = 0x40084501; ' +
        'BOTH_WAYS is _IOWR(0x45, 0x1, 8 bytes) = 0xc0084501',
    );
  });

  it('names every ioctl by its number on another architecture, and how to ask for it', () => {
    for (const ioctl of spec.ioctls.values()) {
      const existing = architecturesOf(spec, ioctl) ?? architectures;
      for (const there of existing) {
        const number = Number(ioctlNumber(spec, ioctl, there).number);
        for (const here of architectures) {
          if (sameIoctlNumbers(there, here) || ioctlsNumbered(specOn[here], number).length > 0) continue;
          const { message, hint } = explainNumber(spec, number, here);
          expect(message).toMatch(new RegExp(`that is ${ioctl.name} on `));
          const [, asked] = /^--arch (\w+) /.exec(hint) ?? [];
          const other = architectures.find((name) => name === asked);
          if (other === undefined) throw new Error(`no architecture in: ${hint}`);
          expect(ioctlsNumbered(specOn[other], number).length).toBeGreaterThan(0);
        }
      }
    }
  });

  it('says something of any number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.constantFrom(undefined, ...architectures),
        (number, architecture) => {
          const { message, hint } = explainNumber(spec, number, architecture);
          expect(message).toMatch(new RegExp(`^(0|0x${number.toString(16)}), which is .+; .+`));
          expect(message).not.toMatch(/undefined|NaN/);
          expect(hint).not.toBe('');
        },
      ),
    );
    expect(explainNumber({ ...spec, ioctls: new Map() }, 1, undefined).message).toMatch(
      /no ioctl of type 0 is known$/,
    );
  });
});
