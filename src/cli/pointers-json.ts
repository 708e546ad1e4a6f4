import type { JsonValue } from '../base/json.ts';
import type { FoundPointer } from '../print/call-reader.ts';
import { hexOf } from '../print/hex.ts';
import { jsonValue } from '../print/json-value.ts';

/** What fields point to, by the fields' paths. */
export function pointersJson(found: readonly FoundPointer[]): { readonly [path: string]: JsonValue } {
  return Object.fromEntries(
    found.map(({ path, address, pointed }) => {
      const { struct, elements, bytes, complete } = pointed;
      const contents: { readonly [name: string]: JsonValue } =
        elements === null
          ? { bytes: hexOf(bytes) }
          : { name: struct, elements: elements.map(({ value }) => jsonValue(value)) };
      return [path, { address: jsonValue(address), complete, ...contents }];
    }),
  );
}
