import type { Command } from 'commander';
import { abis, parseAbi } from '../layout/abi.ts';
import { layOut } from '../layout/layout.ts';
import { layoutJson } from '../layout/layout-json.ts';
import { formatLayout } from '../layout/pahole.ts';
import { Catalog } from './catalog.ts';
import type { ExitStatus } from './exit-status.ts';
import { type Output, printJson } from './output.ts';
import { UsageError } from './usage-error.ts';

/** `uapi layout`: offsets, sizes and holes of structs. */
export function configureLayout(
  command: Command,
  output: Output,
  finish: (status: ExitStatus) => void,
): void {
  command
    .argument('<STRUCT...>', 'structs, unions or register blocks; an ioctl stands for its argument')
    .option('--abi <ABI>', 'lp64, ilp32 or i386, with -be for big-endian machines', 'lp64')
    .option('--kernel <RELEASE>', 'as of this release: 6.12, 6.12.117, 6.12.y')
    .option('--schema <FILE...>', 'further schema files')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  uapi layout iommu_ioas_map\n  uapi layout vfio_bitmap --abi i386\n  uapi layout iommu_hw_info --kernel 6.6',
    )
    .action(
      (names: string[], options: { abi: string; kernel?: string; schema?: string[]; json?: boolean }) => {
        const abi = parseAbi(options.abi);
        if (abi === undefined)
          throw new UsageError(`unknown abi ${options.abi}, expected one of ${Object.keys(abis).join(', ')}`);
        const catalog = Catalog.load(options.schema, options.kernel);
        const layouts = names.map((name) => {
          const found = catalog.requireStruct(name);
          return { model: found.model, layout: layOut(found.model, found.name, abi) };
        });
        if (options.json) {
          const documents = layouts.map(({ layout }) => layoutJson(layout));
          printJson(output, documents.length === 1 ? (documents[0] ?? null) : documents);
        } else {
          output.line(layouts.map(({ model, layout }) => formatLayout(model, layout).trimEnd()).join('\n\n'));
        }
        finish(0);
      },
    );
}
