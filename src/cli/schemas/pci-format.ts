import { join } from 'node:path';
import { compileSpace, type SpaceFormat } from '../../chain/space-format.ts';
import { abis } from '../../layout/abi.ts';
import type { Model } from '../../model/model.ts';
import { schemaFolder } from '../files.ts';
import type { SchemaChoice } from '../options/schema-options.ts';
import { codecsFor } from './codecs.ts';
import { ModelCache } from './model-cache.ts';

/** The struct that config spaces begin with. */
const head = 'pci_header';

/** Prepares the format of config spaces: that of the package, or of the first of the user's schemas that has one. */
export async function pciFormat(choice: SchemaChoice = {}): Promise<SpaceFormat> {
  const model = (await userModel(choice)) ?? (await packageModel());
  const abi = abis.lp64;
  return compileSpace(model, { head, abi, codecs: await codecsFor(model, abi) });
}

async function userModel({ schema = [], includeRoot = [] }: SchemaChoice): Promise<Model | undefined> {
  if (schema.length === 0) return undefined;
  const { ModelLoader } = await import('./model-loader.ts');
  const loader = new ModelLoader(undefined, { includeRoots: includeRoot });
  return schema.map((file) => loader.load(file)).find((model) => model.structs.has(head));
}

/** The package's model, without the modules that read schemas where the build has read it: they take long to load. */
async function packageModel(): Promise<Model> {
  const file = join(schemaFolder, 'pci.yaml');
  const released = new ModelCache().loadReleased(file);
  return released?.model ?? new (await import('./model-loader.ts')).ModelLoader().load(file);
}
