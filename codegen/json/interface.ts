import { type JsonValue, jsonInteger } from '../../src/base/json.ts';
import { type Abi, abis } from '../../src/layout/abi.ts';
import { ioctlNumber, numbersElsewhere } from '../../src/layout/ioctl-number.ts';
import { layOut } from '../../src/layout/layout.ts';
import { layoutJson } from '../../src/layout/layout-json.ts';
import type { AnyDeclaration, Interface, Model } from '../../src/model/model.ts';
import { formatRelease } from '../../src/model/release.ts';
import { declaredBy } from '../scope.ts';
import { modelJson } from './value.ts';

/** Grows when a key changes its meaning or goes; new keys may come without it. */
const formatVersion = 1;

const layoutAbis: readonly Abi[] = [abis.lp64, abis.ilp32, abis.i386];

/**
 * An interface as one JSON document:
 *
 *     { format: 'uapikit-model', version: 1, release, interface: { name, doc, header, imports },
 *       structs: { NAME: { ..., layouts: { lp64, ilp32, i386 } } },
 *       flags, enums, constants, macros, aliases: { NAME: {...} },
 *       ioctls: { NAME: { ..., number, numbersElsewhere: [{ number, architectures: [...] }] } },
 *       handles, fds, variants, chains: { NAME: {...} } }
 *
 * Declarations have the keys of src/model, see {@link modelJson}; those of imported interfaces are in their
 * own documents. Keys keep the order of the schema.
 */
export function interfaceJson(model: Model, owner: Interface): JsonValue {
  const section = <T extends AnyDeclaration>(
    map: ReadonlyMap<string, T>,
    more: (declaration: T) => { readonly [key: string]: JsonValue } = () => ({}),
  ): JsonValue =>
    Object.fromEntries(
      declaredBy(map, owner.name).map((each) => [
        each.name,
        { ...(modelJson(each) as object), ...more(each) },
      ]),
    );
  const asked = model.release ?? owner.kernel;
  return {
    format: 'uapikit-model',
    version: formatVersion,
    release: asked === null ? null : formatRelease(asked),
    interface: {
      name: owner.name,
      doc: owner.doc,
      header: modelJson(owner.header),
      imports: modelJson(owner.imports),
    },
    structs: section(model.structs, ({ name }) => ({ layouts: layoutsJson(model, name) })),
    flags: section(model.flags),
    enums: section(model.enums),
    constants: section(model.constants),
    macros: section(model.macros),
    aliases: section(model.aliases),
    ioctls: section(model.ioctls, (ioctl) => ({
      number: jsonInteger(ioctlNumber(model, ioctl).number),
      numbersElsewhere: numbersElsewhere(model, ioctl).map(({ number, architectures }) => ({
        number: jsonInteger(number),
        architectures: [...architectures],
      })),
    })),
    handles: section(model.handles),
    fds: section(model.fds),
    variants: section(model.variants),
    chains: section(model.chains),
  };
}

function layoutsJson(model: Model, struct: string): JsonValue {
  return Object.fromEntries(layoutAbis.map((abi) => [abi.name, layoutJson(layOut(model, struct, abi))]));
}
