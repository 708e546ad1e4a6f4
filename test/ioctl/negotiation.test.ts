import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChainError } from '../../src/chain/chain-error.ts';
import type { NewElement } from '../../src/chain/element.ts';
import { decodeSpace } from '../../src/chain/space.ts';
import { compileNegotiated, type NegotiatedFormat } from '../../src/ioctl/negotiated.ts';
import { fillNegotiated, negotiate } from '../../src/ioctl/negotiation.ts';
import { abis } from '../../src/layout/abi.ts';
import { errnos } from '../../src/model/errno.ts';
import { schemaModel } from '../chain/models.ts';
import { readRecording } from '../chain/samples.ts';
import { codecsOf } from '../chain/spaces.ts';

const model = schemaModel('vfio');
const compile = (name: string): NegotiatedFormat =>
  compileNegotiated(model, name, { abi: abis.lp64, codecs: codecsOf(model, abis.lp64) });
const formats: Readonly<Record<string, NegotiatedFormat>> = {
  VFIO_IOMMU_GET_INFO: compile('vfio_iommu_type1_info'),
  VFIO_DEVICE_GET_INFO: compile('vfio_device_info'),
  VFIO_DEVICE_GET_REGION_INFO: compile('vfio_region_info'),
  VFIO_DEVICE_GET_IRQ_INFO: compile('vfio_irq_info'),
};
const iommu = formats['VFIO_IOMMU_GET_INFO'] as NegotiatedFormat;

/** A kernel that answers with some contents. */
function kernel(format: NegotiatedFormat, value: object, elements: readonly NewElement[]) {
  return (buffer: Uint8Array): number => {
    const argsz = new DataView(buffer.buffer).getUint32(0, true);
    const { errno, bytes } = fillNegotiated(format, { value, elements }, argsz);
    if (errno !== null) return errnos[errno];
    buffer.set(bytes);
    return 0;
  };
}

describe('fillNegotiated', () => {
  const { calls } = readRecording('qemu-q35.jsonl.gz');
  const full = calls.filter(({ name, argsz, ret }) => name in formats && argsz === 512 && ret === 0);

  it('answers as the kernel did in every recorded call', () => {
    let withChain = 0;
    for (const { device, name, out } of full) {
      const format = formats[name] as NegotiatedFormat;
      const space = decodeSpace(format.space, out);
      const elements = space.chains.flatMap((chain) => chain.elements);
      withChain += elements.length > 0 ? 1 : 0;
      const index = Buffer.from(out.subarray(8, 12));
      const others = calls.filter((call) => {
        const sameIndex =
          !name.includes('REGION') && !name.includes('IRQ') ? true : index.equals(call.out.subarray(8, 12));
        return call.device === device && call.name === name && call.ret === 0 && sameIndex;
      });
      expect(others.length).toBeGreaterThanOrEqual(2);
      for (const { argsz, out: recorded } of others) {
        const { errno, bytes } = fillNegotiated(format, { value: space.head?.value ?? {}, elements }, argsz);
        expect(errno).toBeNull();
        const buffer = new Uint8Array(recorded.length);
        buffer.set(bytes);
        expect([name, argsz, Buffer.from(buffer).toString('hex')]).toEqual([
          name,
          argsz,
          Buffer.from(recorded).toString('hex'),
        ]);
      }
    }
    expect(withChain).toBeGreaterThan(5);
  });

  it('refuses less than the first release of the struct', () => {
    const { errno, bytes } = fillNegotiated(iommu, { value: {} }, 15);
    expect([errno, bytes.length]).toEqual(['EINVAL', 0]);
  });

  it('reports the size in any case if asked to', () => {
    const elements = [{ name: 'vfio_iommu_type1_info_dma_avail', version: 1 }];
    const { bytes, needed } = fillNegotiated(iommu, { value: {}, elements, alwaysReportSize: true }, 512);
    expect([needed, bytes.length, bytes[0]]).toEqual([40, 40, 40]);
  });
});

describe('negotiate', () => {
  it('gets everything that an implementer has', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 0x40, max: 0xffff }), fc.uint8Array({ minLength: 8, maxLength: 40 })),
          {
            maxLength: 5,
          },
        ),
        fc.option(fc.integer({ min: 16, max: 200 }), { nil: undefined }),
        (raw, firstSize) => {
          const elements = raw.map(([id, bytes]) => ({ id, version: 1, bytes }));
          const call = kernel(iommu, { iova_pgsizes: 4096n }, elements);
          const reply = negotiate(iommu, call, firstSize === undefined ? {} : { firstSize });
          expect(reply.errno).toBe(0);
          expect(reply.asked.length).toBeLessThanOrEqual(2);
          expect(reply.space?.head?.value).toMatchObject({ iova_pgsizes: 4096n });
          const found = reply.space?.chains[0]?.elements ?? [];
          expect(found.map(({ id }) => id)).toEqual(elements.map(({ id }) => id));
          for (const [i, { bytes }] of elements.entries()) {
            expect(found[i]?.bytes?.subarray(8, bytes.length)).toEqual(bytes.subarray(8));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('sends what the caller asks for, with the size of the buffer', () => {
    const format = formats['VFIO_DEVICE_GET_REGION_INFO'] as NegotiatedFormat;
    const seen: number[] = [];
    negotiate(
      format,
      (buffer) => {
        const view = new DataView(buffer.buffer);
        seen.push(view.getUint32(0, true), view.getUint32(8, true));
        return 0;
      },
      { request: { index: 7 } },
    );
    expect(seen).toEqual([32, 7]);
  });

  it('hands over an errno', () => {
    expect(negotiate(iommu, () => errnos.EINVAL)).toMatchObject({ errno: 22, space: null, asked: [16] });
  });

  it('gives up on an implementer that always wants more', () => {
    const greedy = (buffer: Uint8Array): number => {
      new DataView(buffer.buffer).setUint32(0, buffer.length + 8, true);
      return 0;
    };
    expect(() => negotiate(iommu, greedy)).toThrow(expect.objectContaining({ code: 'no-agreement' }));
    const huge = (buffer: Uint8Array): number => {
      new DataView(buffer.buffer).setUint32(0, 0xffff_ffff, true);
      return 0;
    };
    expect(() => negotiate(iommu, huge)).toThrow(ChainError);
  });
});

describe('compileNegotiated', () => {
  it('refuses a struct that is not negotiated', () => {
    expect(() => compile('vfio_iova_range')).toThrow(/bad-format/);
  });
});
