import { Option } from 'commander';
import { UsageError } from '../../base/usage-error.ts';
import { type Abi, abis, parseAbi } from '../../layout/abi.ts';

/** What {@link abiOptions} give. */
export interface AbiChoice {
  readonly abi: string;
  readonly endian?: string;
}

/** The machine that structs are laid out for. */
export const abiOptions: readonly Option[] = [
  new Option('--abi <ABI>', 'lp64, ilp32 or i386, with -be for big-endian machines').default('lp64'),
  new Option('--endian <ORDER>', 'little or big'),
];

/** The abi that the options choose. */
export function chosenAbi({ abi: text, endian }: AbiChoice): Abi {
  const abi = parseAbi(text);
  if (abi === undefined) {
    throw new UsageError(`unknown abi ${text}, expected one of ${Object.keys(abis).join(', ')}`);
  }
  if (endian === undefined) return abi;
  if (endian !== 'little' && endian !== 'big')
    throw new UsageError(`--endian ${endian}: expected little or big`);
  return parseAbi(endian === 'big' ? `${abi.name}-be` : abi.name) ?? abi;
}
