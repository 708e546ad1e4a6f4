import type { Asid, Stream, Tag } from '../iommu/machine/command.ts';
import type { IommuUnit } from '../iommu/machine/unit.ts';
import type { Attachment, Ioas } from './objects.ts';

/** What an IOMMU puts on the translations of an address space. */
export function tagOf(ioas: Ioas, unit: IommuUnit): Tag {
  const { parent, table } = ioas;
  if (parent !== null && sharesDomain(ioas, unit))
    return { domain: domainOf(parent, unit), asid: table?.kind === 'pgtable' ? table.asid : 'none' };
  return { domain: domainOf(ioas, unit), asid: 'none' };
}

/** The ASID for commands about an address space; all of its PASID table's if it has one. */
export function asidOf(ioas: Ioas, unit: IommuUnit): Asid {
  return ioas.table?.kind === 'pasid-table' ? 'any' : tagOf(ioas, unit).asid;
}

/** It has the domain of its parent, and only an ASID of its own. */
function sharesDomain({ nesting, table }: Ioas, unit: IommuUnit): boolean {
  return nesting === 'hardware' && (unit.driver.usesGuestAsids || table?.kind === 'pasid-table');
}

function domainOf({ domains }: Ioas, unit: IommuUnit): number {
  const known = domains.get(unit);
  if (known !== undefined) return known;
  const domain = unit.newDomain();
  domains.set(unit, domain);
  return domain;
}

/** How the requests of an attachment look on the bus. */
export function streamOf({ device, pasid }: Attachment): Stream {
  return { sid: device.hw.sid, pasid };
}
