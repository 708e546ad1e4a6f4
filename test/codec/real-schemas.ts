import { builtinSchemas } from '../../src/cli/files.ts';
import type { Model } from '../../src/model/model.ts';
import { parseRelease } from '../../src/model/release.ts';
import { atRelease } from '../../src/model/select.ts';
import { packageModels, readModel } from '../helpers/schemas.ts';

/** A struct of the package's schemas. */
export interface RealStruct {
  readonly model: Model;
  readonly name: string;
  /** The interface and struct, for test titles. */
  readonly title: string;
}

/** The package's schemas as of the release that they are written for. */
export function pinnedModels(): readonly Model[] {
  return [...packageModels().values()];
}

/** The package's schemas with everything that is in them. */
export function newestModels(): readonly Model[] {
  const newest = parseRelease('99.0');
  return builtinSchemas().map((path) =>
    newest === undefined ? readModel(path) : atRelease(readModel(path), newest),
  );
}

/** Structs, unions and register blocks that a model's own interface declares, those in place not counted. */
export function structsOf(model: Model): readonly RealStruct[] {
  return [...model.structs.values()]
    .filter((struct) => !struct.inline && struct.interface === model.root)
    .map(({ name }) => ({ model, name, title: `${model.root} ${name}` }));
}

/** Structs with everything that a layout can depend on. */
const intricate = new Set([
  'iommu_test_cmd',
  'vfio_device_feature',
  'vfio_irq_set',
  'vfio_pci_hot_reset',
  'vfio_region_info_cap_sparse_mmap',
  'pci_header',
  'pci_cap_ht',
  'pci_cap_msi',
  'pci_cap_ea',
  'pci_cap_virtio',
  'pci_ext_cap_vc',
  'pci_ext_cap_ide',
]);

/** The intricate structs and some of the others, for what takes long. */
export function someStructs(structs: readonly RealStruct[]): readonly RealStruct[] {
  return structs.filter(({ name }, i) => intricate.has(name) || i % 6 === 0);
}
