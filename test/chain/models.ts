import { fileURLToPath } from 'node:url';
import type { NewElement } from '../../src/chain/element.ts';
import type { Model } from '../../src/model/model.ts';
import { parseRelease } from '../../src/model/release.ts';
import { atRelease } from '../../src/model/select.ts';
import { readModel } from '../helpers/schemas.ts';

/** A schema of the package, as of the release that it is written for. */
export function schemaModel(name: string): Model {
  const model = readModel(fileURLToPath(new URL(`../../schema/${name}.yaml`, import.meta.url)));
  const kernel = model.interfaces.get(model.root)?.kernel ?? parseRelease('6.12.117');
  return kernel == null ? model : atRelease(model, kernel);
}

/** The made-up schema with a chain format of its own. */
export function lampModel(): Model {
  return readModel(fileURLToPath(new URL('../data/chain/lamp.yaml', import.meta.url)));
}

/** A buffer from pieces at offsets. */
export function bytesWith(
  size: number,
  pieces: { readonly [offset: number]: readonly number[] },
): Uint8Array {
  const bytes = new Uint8Array(size);
  for (const [offset, piece] of Object.entries(pieces)) bytes.set(piece, Number(offset));
  return bytes;
}

/** A config space of type 0 with a list that starts at an offset. */
export function configSpace(
  size: number,
  pieces: { readonly [offset: number]: readonly number[] },
  first = 0x40,
): Uint8Array {
  const header: { [offset: number]: readonly number[] } = { 0: [0x34, 0x12, 0x78, 0x56, 0, 0, 0x10, 0] };
  if (size > 0x34) header[0x34] = [first];
  return bytesWith(size, size < 8 ? pieces : { ...header, ...pieces });
}

/** A raw element with a body behind a header of so many bytes. */
export function rawElement(
  id: number,
  version: number | null,
  headerBytes: number,
  body: readonly number[],
): NewElement {
  return { id, version, bytes: Uint8Array.from([...new Array<number>(headerBytes).fill(0), ...body]) };
}
