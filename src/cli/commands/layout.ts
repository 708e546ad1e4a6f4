import type { Command } from 'commander';
import { layOut } from '../../layout/layout.ts';
import { layoutJson } from '../../layout/layout-json.ts';
import { formatLayout } from '../../layout/pahole.ts';
import type { Finish } from '../exit-status.ts';
import { type AbiChoice, abiOptions, chosenAbi } from '../options/abi-options.ts';
import { addOptions } from '../options/add-options.ts';
import { jsonOption } from '../options/print-options.ts';
import { kernelOption, type SchemaChoice, schemaOptions } from '../options/schema-options.ts';
import { Catalog } from '../schemas/catalog.ts';
import { type Output, printJson } from '../terminal/output.ts';

interface LayoutOptions extends AbiChoice, SchemaChoice {
  readonly json?: boolean;
}

const help = `
Examples:
  uapi layout iommu_ioas_map
  uapi layout vfio_bitmap --abi i386
  uapi layout iommu_hw_info --kernel 6.6
  uapi layout --schema mydriver.yaml my_struct --endian big`;

/** `uapi layout`: offsets, sizes and holes of structs. */
export function configureLayout(command: Command, output: Output, finish: Finish): void {
  command.argument('<STRUCT...>', 'structs, unions or register blocks; an ioctl stands for its argument');
  addOptions(command, abiOptions, kernelOption, schemaOptions, jsonOption)
    .addHelpText('after', help)
    .action((names: string[], options: LayoutOptions) => {
      const abi = chosenAbi(options);
      const catalog = Catalog.load(options);
      const layouts = names.map((name) => {
        const found = catalog.requireStruct(name);
        return { model: found.model, layout: layOut(found.model, found.name, abi) };
      });
      if (options.json === true) {
        const documents = layouts.map(({ layout }) => layoutJson(layout));
        printJson(output, documents.length === 1 ? (documents[0] ?? null) : documents);
      } else {
        output.line(layouts.map(({ model, layout }) => formatLayout(model, layout).trimEnd()).join('\n\n'));
      }
      finish(0);
    });
}
