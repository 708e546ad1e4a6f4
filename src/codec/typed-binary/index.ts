/**
 * Codecs as schemas of typed-binary (`uapikit/typed-binary`), so that kernel structs nest in a user's own
 * `bin.object`:
 *
 *     import * as bin from 'typed-binary';
 *     const record = bin.object({ time: bin.u32, map: toTypedBinary(IommuIoasMapCodec) });
 *
 * typed-binary is a dependency of uapikit; npm installs one copy if yours fits ^4.3. Its declarations mention `Float16Array`, which no `lib` up to es2024 has: a
 * user's tsconfig.json needs `"lib": ["es2023", "esnext.float16"]` (`"es2025"` and `"esnext"` contain it), or else
 * `"skipLibCheck": true`. At run time nothing of it is needed.
 *
 * A `bin.BufferReader` or `bin.BufferWriter` over a Uint8Array works on the whole ArrayBuffer below it and does
 * not end where the Uint8Array ends: pass it an ArrayBuffer of its own where that matters.
 */
import type { StructCodec } from '../runtime/codec.ts';
import { StructSchema, type TypedBinaryOptions } from './struct-schema.ts';

export { StructSchema, type TypedBinaryOptions } from './struct-schema.ts';

/**
 * Makes a typed-binary schema of a codec: one that was generated, or an oracle.
 *
 * @param codec the struct's codec; its byte order counts, not that of the reader or writer
 */
export function toTypedBinary<T>(codec: StructCodec<T>, options: TypedBinaryOptions = {}): StructSchema<T> {
  return new StructSchema(codec, options);
}
