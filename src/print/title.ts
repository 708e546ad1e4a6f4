import type { Model } from '../model/model.ts';

/** What a description begins with: its words up to the first stop, comma or colon. */
export function titleOf(doc: string): string {
  return /^(.+?)(?:[.:;,](?=\s|$)|$)/s.exec(doc.trim())?.[1] ?? '';
}

/** The first sentence of a description. */
export function firstSentence(doc: string): string {
  return /^(.+?\.)(?=\s|$)/s.exec(doc.trim())?.[1] ?? doc.trim();
}

/** A person's name for an element of a chain: that of its struct, else of its id. Empty where neither is known. */
export function elementTitle(
  model: Model,
  set: string,
  element: { readonly name: string | null; readonly id: number },
): string {
  const isBare = isHeader(model, set, element.name);
  const struct = element.name === null || isBare ? undefined : model.structs.get(element.name);
  if (struct !== undefined && struct.doc !== '') return titleOf(struct.doc);
  const named = idName(model, set, element.id);
  return named === undefined ? '' : titleOf(named.doc) || named.name;
}

/**
 * What an element of a chain is called: its struct, or the name of its id where it is nothing but the header that all
 * elements start with. Null where neither is known.
 */
export function elementName(
  model: Model,
  chain: string,
  element: { readonly name: string | null; readonly id: number },
): string | null {
  const set = model.chains.get(chain)?.elements ?? '';
  if (!isHeader(model, set, element.name)) return element.name;
  return idName(model, set, element.id)?.name ?? element.name;
}

/** The struct of an element by what {@link elementName} calls it. */
export function structOfElement(model: Model, chain: string, name: string): string {
  const { elements = '', header = '' } = model.chains.get(chain) ?? {};
  if (model.structs.has(name) || !isHeader(model, elements, header)) return name;
  const tag = model.variants.get(elements)?.tags[0]?.enumeration?.name ?? '';
  return model.enums.get(tag)?.values.some((value) => value.name === name) ? header : name;
}

/** Whether a struct is the header of a set's elements. */
function isHeader(model: Model, set: string, name: string | null): boolean {
  return [...model.chains.values()].some(({ elements, header }) => elements === set && header === name);
}

/** The name of an id of a set's members. */
export function idName(
  model: Model,
  set: string,
  id: number,
): { readonly name: string; readonly doc: string; readonly prefix: string } | undefined {
  const tag = model.variants.get(set)?.tags[0];
  const names = tag?.enumeration === undefined ? undefined : model.enums.get(tag.enumeration.name);
  const value = names?.values.find((one) => one.value === BigInt(id) && one.role === 'member');
  return names && value && { name: value.name, doc: value.doc, prefix: names.prefix };
}
