import type { AbiCodecs } from '../codec/runtime/codec.ts';

/** Loads the codecs of an interface by the names of its structs. */
type Load = () => Promise<{ readonly [struct: string]: AbiCodecs<unknown> }>;

/** The generated codecs of the package's interfaces, for each byte order. */
export const generatedCodecs: { readonly [name: string]: { readonly [endian in 'little' | 'big']: Load } } = {
  ioas: {
    little: async () => (await import('../generated/ts/ioas.ts')).ioasCodecs,
    big: async () => (await import('../generated/ts/ioas.be.ts')).ioasCodecs,
  },
  iommufd: {
    little: async () => (await import('../generated/ts/iommufd.ts')).iommufdCodecs,
    big: async () => (await import('../generated/ts/iommufd.be.ts')).iommufdCodecs,
  },
  'iommufd-test': {
    little: async () => (await import('../generated/ts/iommufd-test.ts')).iommufdTestCodecs,
    big: async () => (await import('../generated/ts/iommufd-test.be.ts')).iommufdTestCodecs,
  },
  pci: {
    little: async () => (await import('../generated/ts/pci.ts')).pciCodecs,
    // Registers are little-endian on every machine.
    big: async () => (await import('../generated/ts/pci.ts')).pciCodecs,
  },
  vfio: {
    little: async () => (await import('../generated/ts/vfio.ts')).vfioCodecs,
    big: async () => (await import('../generated/ts/vfio.be.ts')).vfioCodecs,
  },
  vfio_zdev: {
    little: async () => (await import('../generated/ts/vfio_zdev.ts')).vfioZdevCodecs,
    big: async () => (await import('../generated/ts/vfio_zdev.be.ts')).vfioZdevCodecs,
  },
};
