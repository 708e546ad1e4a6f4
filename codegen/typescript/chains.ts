import type { Chain } from '../../src/model/declaration.ts';
import { printDecode, printElementType, printReader } from './chain-decode.ts';
import { printEncode } from './chain-encode.ts';
import { plansOf, suffixOn } from './chain-plan.ts';
import { printHas, printPlaces, printWalk } from './chain-walk.ts';
import { printInputType, printLinks, printWriter } from './chain-write.ts';
import { docComment } from './doc.ts';
import { tableName } from './ioctls.ts';
import type { Module } from './module.ts';

/**
 * Prints walkers, decoders and encoders of the chains that a file's interface declares, and anew those of others whose
 * elements it adds structs to; and a table of them all.
 */
export function printChains(module: Module): void {
  const printed = new Set<string>();
  const once = (key: string, print: () => void): void => {
    if (!printed.has(key)) print();
    printed.add(key);
  };
  const chains: Chain[] = [];
  for (const chain of chainsOf(module)) {
    for (const plan of plansOf(module, chain)) {
      once(chain.elements, () => {
        if (module.endian === 'big') return;
        printElementType(module, plan);
        printInputType(module, plan);
      });
      once(`walk ${chain.name}${plan.walkSuffix}`, () => {
        printPlaces(module, plan);
        printHas(module, plan);
        printWalk(module, plan);
        printLinks(module, plan);
      });
      once(`read ${chain.elements}${plan.suffix}`, () => printReader(module, plan));
      printDecode(module, plan);
      printWriter(module, plan);
      printEncode(module, plan);
      if (chains.at(-1) !== chain) chains.push(chain);
    }
  }
  printTable(module, chains);
}

/** The chains that a file has functions for. */
function chainsOf({ model, owner }: Module): readonly Chain[] {
  const adds = (chain: Chain): boolean =>
    [...model.structs.values()].some(
      (struct) =>
        struct.interface === owner.name && struct.memberOf.some(({ set }) => set === chain.elements),
    );
  return [...model.chains.values()]
    .filter((chain) => chain.interface === owner.name || adds(chain))
    .sort((a, b) => a.order - b.order);
}

function printTable(module: Module, chains: readonly Chain[]): void {
  if (chains.length === 0) return;
  const { printer, owner, names } = module;
  printer.blank();
  printer.lines(docComment(`The chains of ${owner.name} by name, for code that works with any of them.`, 0));
  const type = `{ readonly [chain: string]: ${module.runtimeType('AbiChains')} }`;
  printer.line(`export const ${tableName(owner.name, 'Chains')}: ${type} = {`);
  printer.indented(() => {
    for (const chain of chains) {
      printer.line(`${chain.name}: {`);
      printer.indented(() => {
        for (const abi of ['lp64', 'ilp32', 'i386'] as const) {
          const suffix = suffixOn(module, chain, abi);
          const walkSuffix = suffixOn(module, chain, abi, false);
          const name = names.chain(chain.name);
          printer.line(
            `${abi}: { walk: walk${name}${walkSuffix}, decode: decode${name}${suffix}, encode: encode${name}${suffix} },`,
          );
        }
      });
      printer.line('},');
    }
  });
  printer.line('};');
}
