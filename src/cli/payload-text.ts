import { contextOf } from '../chain/space.ts';
import { hexInteger } from '../print/hex.ts';
import { printedField } from '../print/printed-field.ts';
import { elementTitle } from '../print/title.ts';
import { type TreeOptions, treeLines } from '../print/tree.ts';
import { bytesText, printValue } from '../print/value-printer.ts';
import type { Payload } from './payload.ts';

/** A struct's values and the elements of its chains as lines. */
export function payloadLines(
  { format, space, name, value, size, given, issues }: Payload,
  heading: string,
  tree: Pick<TreeOptions, 'style' | 'detail' | 'width'>,
): string[] {
  const { model, abi } = format;
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
    ...treeLines(printValue(model, name, value, abi, { context }), { ...tree, indent: 2, offsets: true }),
  ];
  for (const { name: chain, elements } of space.chains) {
    if (elements.length > 0) lines.push(`  ${style.heading(chain)}`);
    const declared = model.chains.get(chain);
    for (const element of elements) {
      const title = elementTitle(model, declared?.elements ?? '', element) || 'unknown';
      const version = element.version === null ? '' : ` version ${element.version}`;
      const details = `, id ${element.id}${version}, ${element.size} bytes  ${element.name ?? 'not described'}`;
      lines.push(`  ${style.heading(`[${hexInteger(element.offset)}] ${title}`)}${style.faint(details)}`);
      lines.push(...notes(element.offset).map((line) => `    ${line}`));
      const fields =
        element.value === null || element.name === null
          ? [
              printedField({
                name: 'bytes',
                kind: 'bytes',
                text: bytesText(element.bytes ?? new Uint8Array(0)),
              }),
            ]
          : printValue(model, element.name, element.value, abi, {
              context,
              offset: element.offset,
              without: declared?.header ?? '',
            });
      lines.push(...treeLines(fields, { ...tree, indent: 6, offsets: true }));
    }
  }
  for (const issue of issues) if (!told.has(issue)) lines.push(style.warning(`  ! ${issue.message}`));
  return lines;
}
