import type { CodecLookup } from '../chain/members.ts';
import { decodeSpace } from '../chain/space.ts';
import { compileSpace } from '../chain/space-format.ts';
import type { Abi } from '../layout/abi.ts';
import type { Model } from '../model/model.ts';
import type { Issue } from './report.ts';

/** True for a struct with chains behind it. */
export function hasChains(model: Model, struct: string): boolean {
  return [...model.chains.values()].some(({ head }) => head.kind === 'field' && head.struct === struct);
}

/**
 * What is wrong with the chains behind a struct: the kernel's own replies have them, so nothing answers with an errno.
 *
 * @throws ChainError where the schema's chains cannot be walked at all
 */
export function chainIssues(
  model: Model,
  struct: string,
  bytes: Uint8Array,
  { abi, codecs }: { readonly abi: Abi; readonly codecs: CodecLookup },
): readonly Issue[] {
  const { issues } = decodeSpace(compileSpace(model, { head: struct, abi, codecs }), bytes);
  return issues.flatMap(({ code, chain, offset, expected, found }): Issue[] => {
    // A struct that is cut short is told by the checks of its size.
    if (chain === null) return [];
    return [
      {
        code: 'broken-chain',
        path: chain,
        offset,
        length: 0,
        expected:
          typeof expected === 'number'
            ? { kind: 'value', value: BigInt(expected) }
            : { kind: 'rule', text: expected },
        actual: BigInt(found),
        operands: [],
        severity: 'error',
        errno: null,
        rule: `chain:${code}`,
      },
    ];
  });
}
