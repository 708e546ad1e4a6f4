import type { Interface, Model } from '../../src/model/model.ts';
import { type ScalarName, scalars } from '../../src/model/type.ts';
import { registerMacroNames } from './names.ts';
import { cScalar } from './struct.ts';

/** The kernel's headers that a generated one may need, each with the names that it is needed for. */
const kernelHeaders: readonly (readonly [path: string, names: ReadonlySet<string>])[] = [
  ['linux/ioctl.h', new Set(['_IO', '_IOR', '_IOW', '_IOWR', '_IOC'])],
  ['linux/types.h', new Set(fixedWidthNames())],
];

/**
 * The headers that a header includes: those of the schema in its order, and every other one that `body`, the printed
 * declarations, takes a name from.
 *
 * The names are read from the text itself, so that nothing that is printed can be forgotten.
 */
export function includesOf(model: Model, owner: Interface, body: string): readonly string[] {
  const used = wordsOf(body);
  const kernel = kernelHeaders.filter(([, names]) => [...names].some((name) => used.has(name)));
  const missing = kernel.map(([path]) => path).filter((path) => !owner.header.includes.includes(path));
  return [...new Set([...missing, ...owner.header.includes, ...importedHeaders(model, owner, used)])];
}

/** Headers of imported interfaces whose names are used. */
function importedHeaders(model: Model, owner: Interface, used: ReadonlySet<string>): readonly string[] {
  const interfaces = new Set<string>();
  for (const [name, origin] of cNames(model))
    if (origin !== owner.name && used.has(name)) interfaces.add(origin);
  return [...model.interfaces.values()]
    .filter(({ name }) => interfaces.has(name))
    .map(({ header }) => header.path);
}

/** What C sees of a model, each name with the interface that declares it; tags with their keyword. */
function cNames(model: Model): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { name, interface: origin } of [
    ...model.constants.values(),
    ...model.macros.values(),
    ...model.aliases.values(),
    ...model.ioctls.values(),
  ])
    names.set(name, origin);
  for (const { values, interface: origin } of [...model.flags.values(), ...model.enums.values()]) {
    for (const { name } of values) names.set(name, origin);
  }
  for (const struct of model.structs.values()) {
    for (const name of registerMacroNames(struct)) names.set(name, struct.interface);
    if (struct.kind !== 'registers') names.set(`${struct.kind} ${struct.name}`, struct.interface);
  }
  return names;
}

/** The words of a C text outside of comments and strings; a tag is one word with its keyword. */
function wordsOf(text: string): ReadonlySet<string> {
  const code = text.replace(/\/\*.*?\*\/|"(?:[^"\\]|\\.)*"/gs, ' ');
  return new Set(code.match(/\b(?:(?:struct|union) +)?[A-Za-z_]\w*/g) ?? []);
}

/** The types of <linux/types.h>: all scalars but `char`. */
function fixedWidthNames(): readonly string[] {
  const names = (Object.keys(scalars) as ScalarName[]).map((name) => cScalar(name));
  return names.filter((name) => name.startsWith('__'));
}
