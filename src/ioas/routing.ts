import type { TranslationContext } from '../iommu/machine/translation-context.ts';
import type { IommuUnit } from '../iommu/machine/unit.ts';
import type { Attachment, Ioas, IoasDevice } from './objects.ts';
import { tagOf } from './tags.ts';

/**
 * Tells the IOMMU how it shall translate requests of a device with a PASID of the caller's, after something about that
 * changed, and makes it forget what it did before.
 */
export function reroute(
  device: IoasDevice,
  { userPasid, pasid }: Pick<Attachment, 'userPasid' | 'pasid'>,
): void {
  const { unit, sid } = device.hw;
  const route = device.route(userPasid);
  const table = route?.ioas.table;
  if (userPasid === null && !device.mediated) {
    const delegated = table?.kind === 'pasid-table' && route !== undefined;
    unit.setPasidTable(
      sid,
      delegated
        ? {
            domain: tagOf(route.ioas, unit).domain,
            base: table.base,
            pasidBits: table.pasidBits,
            stage2: (route.ioas.parent as Ioas).shadow,
          }
        : null,
    );
  }
  unit.setContext({ sid, pasid }, route === undefined ? null : contextOf(route.ioas, unit));
}

/** How an address space translates on an IOMMU; null where it does not, as long as it has no table. */
function contextOf(ioas: Ioas, unit: IommuUnit): TranslationContext | null {
  const { table, parent } = ioas;
  if (!ioas.isUserManaged) return { tag: tagOf(ioas, unit), stage1: null, stage2: ioas.shadow };
  if (table?.kind !== 'pgtable' || parent === null) return null;
  return { tag: tagOf(ioas, unit), stage1: table, stage2: parent.shadow };
}
