import { contextOf } from '../../chain/space.ts';
import { hexInteger } from '../../print/hex.ts';
import { type PrintedField, printedField } from '../../print/printed-field.ts';
import { elementName, elementTitle } from '../../print/title.ts';
import { type TreeOptions, treeLines } from '../../print/tree.ts';
import { bytesText, type PrintOptions, printValue } from '../../print/value-printer.ts';
import type { Payload } from './payload.ts';

/** A struct's values and the elements of its chains as lines. */
export function payloadLines(
  { format, space, name, value, size, given, issues }: Payload,
  heading: string,
  tree: Pick<TreeOptions, 'style' | 'detail' | 'width' | 'bytes'>,
  memory?: PrintOptions['memory'],
): string[] {
  const { model, abi } = format;
  const everything = tree.bytes !== undefined;
  const { style } = tree;
  const context = contextOf(space);
  const kind = model.structs.get(name)?.kind;
  const told = new Set<object>();
  const notes = (element: number | null): string[] =>
    issues.flatMap((issue) => {
      if (issue.element !== element || told.has(issue)) return [];
      told.add(issue);
      return [style.warning(`  ! ${issue.message}`)];
    });
  const short = given < size ? `, ${given} given` : '';
  const lines = [
    `${style.heading(`${heading}${kind === 'registers' ? 'registers' : kind} ${name}`)}${style.faint(`, ${size} bytes${short}`)}`,
    ...treeLines(
      printValue(model, name, value, abi, {
        context,
        everything,
        ...(memory === undefined ? {} : { memory }),
      }),
      { ...tree, indent: 2, offsets: true },
    ),
  ];
  for (const { name: chain, elements } of space.chains) {
    if (elements.length > 0) lines.push(`  ${style.heading(chain)}`);
    const declared = model.chains.get(chain);
    for (const element of elements) {
      const title = elementTitle(model, declared?.elements ?? '', element) || 'unknown';
      const version = element.version === null ? '' : ` version ${element.version}`;
      const details = `, id ${element.id}${version}, ${element.size} bytes  ${elementName(model, chain, element) ?? 'not described'}`;
      lines.push(`  ${style.heading(`[${hexInteger(element.offset)}] ${title}`)}${style.faint(details)}`);
      lines.push(...notes(element.offset).map((line) => `    ${line}`));
      const shown = element.value === null ? (element.partial ?? element) : element;
      const fields =
        shown.value === null || shown.name === null
          ? []
          : printValue(model, shown.name, shown.value, abi, {
              context,
              offset: element.offset,
              everything,
              ...(everything ? {} : { without: declared?.header ?? '' }),
            });
      const { bytes } = element;
      const rest =
        bytes === null ? [] : [printedField({ name: 'bytes', kind: 'bytes', text: bytesText(bytes) })];
      lines.push(
        ...treeLines([...fields, ...rest, ...(everything ? extraBytes(element) : [])], {
          ...tree,
          indent: 6,
          offsets: true,
        }),
      );
    }
  }
  for (const issue of issues) if (!told.has(issue)) lines.push(style.warning(`  ! ${issue.message}`));
  return lines;
}

/** Bytes between an element and the next one, which belong to nobody. */
function extraBytes({
  offset,
  size,
  extra,
}: Payload['space']['chains'][number]['elements'][number]): PrintedField[] {
  if (extra.length === 0) return [];
  return [
    printedField({ name: '(padding)', kind: 'text', text: '', offset: offset + size, size: extra.length }),
  ];
}
