import * as uapi from '../generated/ts/ioas.ts';
import type { AddressRange } from '../iommu/machine/command.ts';
import type { HardwareDriver } from '../iommu/machine/driver.ts';
import { CD_SIZE } from '../iommu/machine/pasid-table.ts';
import type { Ioas, IoasDevice } from './objects.ts';
import type { Profile } from './profile.ts';
import {
  type AddressProperties,
  allowed,
  deviceProperties,
  nestingOf,
  permittedRanges,
  propertiesOf,
  reservedRanges,
} from './properties.ts';
import { isDelegable } from './user-table.ts';

/** A capability before it has a form: an id, and a body or ranges. */
export type Capability =
  | { readonly kind: 'ranges'; readonly id: number; readonly ranges: readonly uapi.IoasRange[] }
  | { readonly kind: 'body'; readonly id: number; readonly name: string; readonly body: object };

/** What IOAS_GET_INFO tells about an address space: what holds of it now, and nothing else. */
export function ioasCapabilities(ioas: Ioas): readonly Capability[] {
  const { profile } = ioas.ictx;
  const properties = propertiesOf(ioas);
  const nesting = nestingOf(ioas);
  const [driver] = ioas.drivers;
  const formats =
    driver === undefined || !ioas.isUserManaged ? [] : formatCapabilities(driver, isDelegable(ioas));
  return [
    ...(ioas.isUserManaged ? [] : rangeCapabilities(properties)),
    ...(ioas.isUserManaged ? [] : [type1(properties)]),
    ...(ioas.isUserManaged && driver !== undefined ? tableCapabilities(driver, isDelegable(ioas)) : []),
    ...formats,
    ...(nesting === null ? [] : [nestingCapability(nesting)]),
    pageSizes(properties),
    ...(nesting === null || !profile.calls.has(uapi.IOAS_CREATE_NESTING) ? [] : [children(ioas)]),
  ];
}

/** What IOAS_DEVICE_GET_INFO tells about a device: what an address space with only this device would be. */
export function deviceCapabilities(device: IoasDevice, profile: Profile): readonly Capability[] {
  if (profile.capabilities === 'none') return [];
  const properties = deviceProperties(device);
  const permitted = permittedRanges(properties);
  if (profile.capabilities === 'iova-range') return [ranges(uapi.IOAS_CAP_IOVA_RANGE, permitted)];
  const { driver } = device.hw.unit;
  const nesting = allowed(driver, profile.nesting);
  return [
    ...rangeCapabilities(properties),
    type1(properties),
    ...(nesting === 'hardware'
      ? [...tableCapabilities(driver, !device.mediated), ...formatCapabilities(driver, !device.mediated)]
      : []),
    ...(nesting === null ? [] : [nestingCapability(nesting)]),
    pageSizes(properties),
  ];
}

function ranges(id: number, list: readonly AddressRange[]): Capability {
  return { kind: 'ranges', id, ranges: list.map(({ start, last }) => ({ start, end: last })) };
}

function body(id: number, name: string, value: object): Capability {
  return { kind: 'body', id, name, body: value };
}

/** What may be mapped, and what is reserved, where anything is: exact complements. */
function rangeCapabilities(properties: AddressProperties): readonly Capability[] {
  const reserved = reservedRanges(properties);
  return [
    ranges(uapi.IOAS_CAP_IOVA_RANGE, permittedRanges(properties)),
    ...(reserved.length === 0 ? [] : [ranges(uapi.IOAS_CAP_RESERVED, reserved)]),
  ];
}

function type1({ width }: AddressProperties): Capability {
  const value: uapi.IoasType1 = { flags: uapi.IOAS_MAP_READ | uapi.IOAS_MAP_WRITE, addr_width: width };
  return body(uapi.IOAS_CAP_TYPE1, 'type1', value);
}

function pageSizes({ pageSizes: bitmap }: AddressProperties): Capability {
  const value: uapi.IoasPageSizes = { bitmap };
  return body(uapi.IOAS_CAP_PAGE_SIZES, 'page_sizes', value);
}

function nestingCapability(nesting: 'hardware' | 'software'): Capability {
  const flags = nesting === 'hardware' ? uapi.IOAS_NESTING_HARDWARE : uapi.IOAS_NESTING_SOFTWARE;
  const value: uapi.IoasNesting = { flags, levels: 1 };
  return body(uapi.IOAS_CAP_NESTING, 'nesting', value);
}

function children(ioas: Ioas): Capability {
  const value: uapi.IoasChildren = { count: ioas.children.size, __reserved: 0 };
  return body(uapi.IOAS_CAP_CHILDREN, 'children', value);
}

function tableCapabilities(driver: HardwareDriver, delegable: boolean): readonly Capability[] {
  const pgtable: uapi.IoasTables = { nr_formats: driver.pageTables.length, pasid_bits: 0 };
  const pasids: uapi.IoasTables = { nr_formats: 1, pasid_bits: driver.userPasidBits };
  return [
    ...(driver.pageTables.length === 0 ? [] : [body(uapi.IOAS_CAP_PGTABLE, 'pgtable', pgtable)]),
    ...(driver.userPasidBits === 0 || !delegable
      ? []
      : [body(uapi.IOAS_CAP_PASID_TABLE, 'pasid_table', pasids)]),
  ];
}

/** One capability for each format of tables, as its vendor describes it. */
function formatCapabilities(driver: HardwareDriver, delegable: boolean): readonly Capability[] {
  const found = driver.pageTables.map(({ id }) => formatCapability(id));
  if (driver.userPasidBits > 0 && delegable) found.push(pasidFormat(driver.userPasidBits));
  return found;
}

function formatCapability(format: number): Capability {
  switch (format) {
    case uapi.IOAS_FORMAT_SMMUV3_S1: {
      const value: uapi.IoasSmmuv3S1 = { format, asid_bits: 16, granules: 1 << 12, va_bits: 48 };
      return body(uapi.IOAS_CAP_FORMAT_SMMUV3_S1, 'format_smmuv3_s1', value);
    }
    case uapi.IOAS_FORMAT_AMD_V2: {
      const value: uapi.IoasAmdV2 = { format, glx_max: 0, levels: 4, __reserved: 0 };
      return body(uapi.IOAS_CAP_FORMAT_AMD_V2, 'format_amd_v2', value);
    }
    default: {
      const features = uapi.IOAS_VTD_1G_PAGES;
      const value: uapi.IoasVtdS1 = { format, features, addr_width: 48, __reserved: 0 };
      return body(uapi.IOAS_CAP_FORMAT_VTD_S1, 'format_vtd_s1', value);
    }
  }
}

function pasidFormat(bits: number): Capability {
  const value: uapi.IoasSmmuv3Cd = {
    format: uapi.IOAS_FORMAT_SMMUV3_CD,
    ssid_bits: bits,
    entry_size: Number(CD_SIZE),
    __reserved: 0,
  };
  return body(uapi.IOAS_CAP_FORMAT_SMMUV3_CD, 'format_smmuv3_cd', value);
}
