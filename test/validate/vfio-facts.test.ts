import { describe, expect, it } from 'vitest';
import { abis } from '../../src/layout/abi.ts';
import type { Verdict } from '../../src/validate/report.ts';
import { makeValidator } from '../../src/validate/validator.ts';
import { modelNamed } from './payloads.ts';

const vfio = modelNamed('vfio');

/** What the rules say about an ioctl on a kind of file; the argument in u32 words. */
function verdictOf(ioctl: string, kind: string, ...words: readonly number[]): Verdict {
  const argument = vfio.ioctls.get(ioctl)?.argument;
  const struct = argument?.kind === 'struct' ? argument.name : '';
  const validator = makeValidator(vfio, struct, { abi: abis.lp64, env: { [kind]: 1n }, ioctl });
  if (validator === undefined) throw new Error(`${ioctl} has no struct`);
  return validator.validate(new Uint8Array(Uint32Array.from(words).buffer)).verdict;
}

function openIds({ open }: Verdict): readonly string[] {
  return open.map(({ check }) => check);
}

const [none, eventfd, mask, trigger] = [1, 4, 8, 32];

describe('rules of VFIO', () => {
  it('let interrupts fail for no action, with an errno that is up to the driver', () => {
    const verdict = verdictOf('VFIO_DEVICE_SET_IRQS', 'vfio_device', 20, none, 0, 0, 1);
    expect(verdict).toMatchObject({ refusal: 'ENOTTY', check: 'some-action', errno: null });
    expect(verdict.open).toContainEqual({ check: 'only-trigger', errnos: ['EINVAL'] });
  });

  it('let two actions pass, as CDX and channel devices do', () => {
    const verdict = verdictOf('VFIO_DEVICE_SET_IRQS', 'vfio_device', 20, none | mask | trigger, 0, 0, 1);
    expect(verdict).toMatchObject({ refusal: null, certain: false });
    expect(verdict.open).toContainEqual({ check: 'one-action', errnos: ['ENOTTY'] });
  });

  it('take no interrupt argument for refused for sure, as GVT-g does not look at it', () => {
    const verdict = verdictOf('VFIO_DEVICE_SET_IRQS', 'vfio_device', 8, none | trigger, 0, 0, 1);
    expect(verdict).toMatchObject({ refusal: 'EINVAL', errno: null });
  });

  it('ask for vectors before eventfds, and for the pin after them', () => {
    const ids = openIds(verdictOf('VFIO_DEVICE_SET_IRQS', 'vfio_device', 24, eventfd | trigger, 1, 0, 1, 0));
    const order = ['usable-index', 'vectors-left', 'open-eventfds', 'are-eventfds', 'connected', 'free'];
    expect(ids.filter((id) => order.includes(id))).toEqual(order);
  });

  it('find BARs of others before eventfds, which are never busy for writes', () => {
    const ids = openIds(verdictOf('VFIO_DEVICE_IOEVENTFD', 'vfio_device', 40, 4, 0, 0, 0, 0, 0, 0, 5, 0));
    expect(ids.indexOf('bar-free')).toBe(ids.indexOf('in-a-bar') + 1);
    expect(ids.at(-1)).toBe('an-eventfd');
  });

  it('know that crypto devices know few ioctls, with an errno of their own', () => {
    const known = { check: 'known-to-driver', errnos: ['EOPNOTSUPP'] };
    for (const kind of ['vfio_device', 'vfio_device_cdev']) {
      const regions = verdictOf('VFIO_DEVICE_GET_REGION_INFO', kind, 32, 0, 0, 0, 0, 0, 0, 0);
      expect(regions.open).toContainEqual(known);
      const info = verdictOf('VFIO_DEVICE_GET_INFO', kind, 24, 0, 0, 0, 0, 0);
      expect(info.open).not.toContainEqual(known);
    }
  });

  it('know that a container without translation has none of the ioctls that map', () => {
    const verdict = verdictOf('VFIO_IOMMU_GET_INFO', 'vfio_container', 4, 0, 0, 0, 0, 0);
    expect(verdict).toMatchObject({ refusal: 'EINVAL', errno: null });
    expect(verdict.open).toContainEqual({ check: 'translating', errnos: ['ENOTTY'] });
    expect(verdictOf('VFIO_IOMMU_GET_INFO', 'iommufd', 4, 0, 0, 0, 0, 0).errno).toBe('EINVAL');
  });

  it('refuse on POWER servers what only type1 knows, and not what only type1 refuses', () => {
    const power = 'vfio_spapr_container';
    const vaddr = verdictOf('VFIO_IOMMU_MAP_DMA', power, 32, 4, 0, 1, 0, 0, 0x1000, 0);
    expect(vaddr).toMatchObject({ refusal: 'EINVAL', check: 'no-vaddr-on-spapr' });
    const all = verdictOf('VFIO_IOMMU_UNMAP_DMA', power, 24, 2, 0, 0, 0, 0);
    expect(all).toMatchObject({ refusal: 'EINVAL', check: 'no-flags-on-spapr' });
    const top = [0xffff_f000, 0xffff_ffff, 0x2000, 0];
    expect(verdictOf('VFIO_IOMMU_UNMAP_DMA', power, 24, 0, ...top).refusal).toBeNull();
    expect(verdictOf('VFIO_IOMMU_UNMAP_DMA', 'vfio_container', 24, 0, ...top).refusal).toBe('EINVAL');
  });

  it('let an iommufd unmap what is not aligned, and cut before it looks at the size', () => {
    const ids = openIds(verdictOf('VFIO_IOMMU_UNMAP_DMA', 'iommufd', 24, 0, 0, 0, 5, 0));
    expect(ids).not.toContain('aligned-size');
    const nothing = verdictOf('VFIO_IOMMU_UNMAP_DMA', 'iommufd', 24, 0, 0x1000, 0, 0, 0);
    expect(openIds(nothing)).toEqual(['compat-ioas', 'cut-in-peace']);
  });
});
