import { type Abi, abis, parseAbi } from '../layout/abi.ts';
import { UsageError } from './usage-error.ts';

/** The abi that --abi and --endian choose. */
export function chosenAbi({ abi: text, endian }: { readonly abi: string; readonly endian?: string }): Abi {
  const abi = parseAbi(text);
  if (abi === undefined) {
    throw new UsageError(`unknown abi ${text}, expected one of ${Object.keys(abis).join(', ')}`);
  }
  if (endian === undefined) return abi;
  if (endian !== 'little' && endian !== 'big')
    throw new UsageError(`--endian ${endian}: expected little or big`);
  return parseAbi(endian === 'big' ? `${abi.name}-be` : abi.name) ?? abi;
}
