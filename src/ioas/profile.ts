import * as uapi from '../generated/ts/ioas.ts';
import type { Errno } from '../model/errno.ts';

/**
 * Which of the designs of 2021 a file follows. `rfc-2021` is version 1 with what was
 * asked for in its discussion.
 */
export type ProfileName = 'rfc-2021' | 'v1' | 'v2' | 's21' | 'iommufd';

/** How the designs differ. */
export interface Profile {
  readonly name: ProfileName;
  /** Numbers of the ioctls of /dev/iommu that are there. */
  readonly calls: ReadonlySet<number>;
  /** Answer to any other. */
  readonly unknownCall: Errno;
  /** Answer to an id that is none. */
  readonly unknownId: Errno;
  /** An address space takes no commands before a device is attached. */
  readonly attachFirst: boolean;
  /** It takes none either while only a part of a group is attached. */
  readonly groupRule: boolean;
  /** IOAS_ALLOC can make nested address spaces. */
  readonly nestedAlloc: boolean;
  /** The ways to nest that there are. */
  readonly nesting: readonly ('hardware' | 'software')[];
  /** The capabilities that info ioctls give. */
  readonly capabilities: 'all' | 'iova-range' | 'none';
  /** IOAS_ALLOC needs ENFORCE_SNOOP and a type. */
  readonly strictAlloc: boolean;
  /** The extensions that IOAS_CHECK_EXTENSION knows. */
  readonly extensions: ReadonlySet<number>;
}

const always = [uapi.IOAS_ALLOC, uapi.IOAS_FREE, uapi.IOAS_MAP_DMA, uapi.IOAS_UNMAP_DMA];
const v1Calls = [
  ...always,
  uapi.IOAS_CHECK_EXTENSION,
  uapi.IOAS_REGISTER_MEMORY,
  uapi.IOAS_UNREGISTER_MEMORY,
  uapi.IOAS_GET_INFO,
  uapi.IOAS_CREATE_NESTING,
  uapi.IOAS_BIND_PGTABLE,
  uapi.IOAS_UNBIND_PGTABLE,
  uapi.IOAS_BIND_PASID_TABLE,
  uapi.IOAS_UNBIND_PASID_TABLE,
  uapi.IOAS_INVALIDATE_CACHE,
  uapi.IOAS_WHY,
  uapi.IOAS_PAGE_RESPONSE,
];
const nestingExtensions = [
  uapi.IOAS_EXT_MAP_TYPE1V2,
  uapi.IOAS_EXT_NESTING,
  uapi.IOAS_EXT_USER_PAGE_TABLE,
  uapi.IOAS_EXT_USER_PASID_TABLE,
  uapi.IOAS_EXT_MULTIDEV_GROUP,
];

const v1: Profile = {
  name: 'v1',
  calls: new Set(v1Calls),
  unknownCall: 'ENOTTY',
  unknownId: 'ENOENT',
  attachFirst: true,
  groupRule: true,
  nestedAlloc: false,
  nesting: ['hardware', 'software'],
  capabilities: 'all',
  strictAlloc: false,
  extensions: new Set(nestingExtensions),
};

/** The designs by name. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  'rfc-2021': {
    ...v1,
    name: 'rfc-2021',
    calls: new Set([
      ...v1Calls,
      uapi.IOAS_DEVICE_GET_INFO,
      uapi.IOAS_DEVICE_INVALIDATE,
      uapi.IOAS_HW_INVALIDATE,
    ]),
    nestedAlloc: true,
    extensions: new Set([...nestingExtensions, uapi.IOAS_EXT_DEVICE_INVALIDATE, uapi.IOAS_EXT_HW_INVALIDATE]),
  },
  v1,
  v2: {
    ...v1,
    name: 'v2',
    calls: new Set([
      ...always,
      uapi.IOAS_CHECK_EXTENSION,
      uapi.IOAS_DEVICE_GET_INFO,
      uapi.IOAS_INVALIDATE_CACHE,
      uapi.IOAS_PAGE_RESPONSE,
    ]),
    attachFirst: false,
    groupRule: false,
    nestedAlloc: true,
  },
  s21: {
    ...v1,
    name: 's21',
    calls: new Set([...always, uapi.IOAS_CHECK_EXTENSION, uapi.IOAS_DEVICE_GET_INFO]),
    unknownCall: 'EINVAL',
    unknownId: 'EINVAL',
    groupRule: false,
    nesting: [],
    capabilities: 'iova-range',
    strictAlloc: true,
    extensions: new Set([uapi.IOAS_EXT_MAP_TYPE1V2]),
  },
  iommufd: {
    ...v1,
    name: 'iommufd',
    calls: new Set([...always, uapi.IOAS_DEVICE_GET_INFO, uapi.IOAS_HW_INVALIDATE, uapi.IOAS_PAGE_RESPONSE]),
    attachFirst: false,
    groupRule: false,
    nestedAlloc: true,
    nesting: ['hardware'],
    capabilities: 'none',
    extensions: new Set(),
  },
};
