import { jsonInteger } from '../../src/base/json.ts';
import { elsewhereText, ioctlNumber } from '../../src/layout/ioctl-number.ts';
import type { Ioctl } from '../../src/model/declaration.ts';
import type { Model } from '../../src/model/model.ts';
import { formatRelease } from '../../src/model/release.ts';
import type { Printer } from '../printer.ts';
import { type PageContext, structLink } from './context.ts';
import { code, link, phrase, prose, table } from './markdown.ts';

/** The heading of an ioctl. */
export function ioctlHeading(ioctl: Ioctl): string {
  return ioctl.name;
}

/** Prints all ioctls with their numbers. */
export function printIoctlTable(
  printer: Printer,
  ioctls: readonly Ioctl[],
  { model, owner }: PageContext,
): void {
  printer.lines(
    table(
      ['ioctl', 'number', 'file', 'argument', 'errors', 'since'],
      ioctls.map((ioctl) => [
        link(ioctl.name, ioctlHeading(ioctl)),
        code(jsonInteger(ioctlNumber(model, ioctl).number)),
        ioctl.fds.map(code).join(', '),
        argumentText(ioctl, model, owner.name),
        ioctl.errors.map(({ errno }) => errno).join(' '),
        ioctl.availability.since.map(formatRelease).join(', '),
      ]),
    ),
  );
}

/** Prints one ioctl with its errors. */
export function printIoctl(printer: Printer, ioctl: Ioctl, { model, owner }: PageContext): void {
  printer.line(prose(ioctl.doc));
  printer.blank();
  printer.line(`Argument: ${argumentText(ioctl, model, owner.name)}.${argumentDoc(ioctl)}`);
  if (ioctl.returns !== '') printer.line(`Returns: ${phrase(ioctl.returns)}`);
  const elsewhere = elsewhereText(model, ioctl);
  const number = code(jsonInteger(ioctlNumber(model, ioctl).number));
  printer.line(`Number: ${number}${elsewhere === '' ? '' : ` (${elsewhere})`}.`);
  printer.blank();
  printer.lines(
    table(
      ['error', 'when'],
      ioctl.errors.map(({ errno, doc }) => [errno, phrase(doc)]),
    ),
  );
}

function argumentText(ioctl: Ioctl, model: Model, owner: string): string {
  const { argument } = ioctl;
  switch (argument.kind) {
    case 'struct':
      return `pointer to ${structLink(model, argument.name, owner)}`;
    case 'scalar':
      return `pointer to ${code(argument.name)}`;
    case 'value':
      return argument.fileDescriptor === undefined
        ? 'a number'
        : `a file descriptor (${argument.fileDescriptor})`;
    case 'string':
      return 'pointer to a string';
    case 'none':
      return 'none';
  }
}

function argumentDoc(ioctl: Ioctl): string {
  const { argument } = ioctl;
  return (argument.kind === 'value' || argument.kind === 'string') && argument.doc !== ''
    ? ` ${phrase(argument.doc)}`
    : '';
}
