import type { JsonValue } from '../../base/json.ts';
import type { World } from '../../codec/oracle/world.ts';
import type { FoundPointer } from '../../print/call-reader.ts';
import { hexOf } from '../../print/hex.ts';
import { jsonValue } from '../../print/json-value.ts';
import { structJson } from '../../print/struct-json.ts';

/** What fields point to, by the fields' paths. */
export function pointersJson(
  world: World,
  found: readonly FoundPointer[],
): { readonly [path: string]: JsonValue } {
  return Object.fromEntries(
    found.map(({ path, address, pointed }) => {
      const { struct, elements, bytes, complete } = pointed;
      const contents: { readonly [name: string]: JsonValue } =
        elements === null
          ? { bytes: hexOf(bytes) }
          : {
              name: struct,
              elements: elements.map(({ value }) =>
                typeof value === 'bigint' || struct === null
                  ? jsonValue(value)
                  : structJson(world, struct, value),
              ),
            };
      return [path, { address: jsonValue(address), complete, ...contents }];
    }),
  );
}
