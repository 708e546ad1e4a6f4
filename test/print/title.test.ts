import { describe, expect, it } from 'vitest';
import { elementName, elementTitle, structOfElement } from '../../src/print/title.ts';
import { packageModels } from '../helpers/schemas.ts';

describe('elementName', () => {
  it('calls no element of any chain by the header that all start with, and the name leads back to the struct', () => {
    let bare = 0;
    for (const model of packageModels().values()) {
      for (const { name: chain, elements, header } of model.chains.values()) {
        const tag = model.variants.get(elements)?.tags[0]?.enumeration?.name ?? '';
        const members = [...model.structs.values()].filter(({ memberOf }) =>
          memberOf.some(({ set }) => set === elements),
        );
        for (const { name } of members) {
          for (const { value, role, name: id } of model.enums.get(tag)?.values ?? []) {
            if (role !== 'member' || (name === header && id !== 'VFIO_REGION_INFO_CAP_MSIX_MAPPABLE'))
              continue;
            const called = elementName(model, chain, { name, id: Number(value) });
            expect(called).toBe(name === header ? id : name);
            expect(structOfElement(model, chain, called ?? '')).toBe(name);
            if (name === header) bare++;
          }
        }
      }
    }
    expect(bare).toBeGreaterThan(0);
  });

  it('leaves what nobody knows without a name', () => {
    const model = packageModels().get('vfio');
    if (model === undefined) throw new Error('no VFIO');
    expect(elementName(model, 'vfio_region_info_caps', { name: null, id: 3 })).toBe(null);
    expect(elementTitle(model, 'vfio_region_info_capabilities', { name: null, id: 0x99 })).toBe('');
    expect(structOfElement(model, 'vfio_region_info_caps', 'nonsense')).toBe('nonsense');
    expect(structOfElement(model, 'nothing', 'nonsense')).toBe('nonsense');
  });
});
