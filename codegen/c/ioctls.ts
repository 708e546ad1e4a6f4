import { abis } from '../../src/layout/abi.ts';
import { elsewhereText, ioctlNumber } from '../../src/layout/ioctl-number.ts';
import { layOut } from '../../src/layout/layout.ts';
import type { Ioctl } from '../../src/model/declaration.ts';
import type { Model } from '../../src/model/model.ts';
import type { Printer } from '../printer.ts';
import { wrap } from './comment.ts';
import type { ExpressionPrinter } from './expression.ts';
import { cStructType } from './names.ts';
import { cHex } from './number.ts';
import { withoutParentheses } from './parentheses.ts';
import { cScalar } from './struct.ts';

/** Prints the number of an ioctl, with what it does, what it returns and why it fails. */
export function printIoctl(printer: Printer, ioctl: Ioctl, model: Model, print: ExpressionPrinter): void {
  const { number, portable } = ioctlNumber(model, ioctl);
  const elsewhere = elsewhereText(model, ioctl);
  printer.lines(ioctlDoc(ioctl, elsewhere === '' ? '' : `${cHex(number)} (${elsewhere})`));
  const type = print.value(ioctl.type.expression, ioctl.type.value, '');
  const nr = withoutParentheses(print.value(ioctl.nr.expression, ioctl.nr.value, ''));
  const size = ioctl.encoding === '_IO' ? '' : `, ${argumentType(ioctl, model)}`;
  const note = ` /* ${cHex(number)}${portable ? '' : ' on 64-bit machines'} */`;
  printer.flush(`#define ${ioctl.name} ${ioctl.encoding}(${withoutParentheses(type)}, ${nr}${size})${note}`);
}

function ioctlDoc(ioctl: Ioctl, number: string): readonly string[] {
  const { argument, errors, returns } = ioctl;
  const explained = argument.kind === 'value' || argument.kind === 'string' ? argument.doc : '';
  const told = [ioctl.doc, explained, returns, number].some((text) => text !== '');
  if (!told && errors.length === 0) return [];
  const lines = wrap(`${ioctl.name}${ioctl.doc === '' ? '' : `: ${ioctl.doc}`}`, ' * ', ' * ');
  if (explained !== '') lines.push(' *', ...wrap(`Argument: ${explained}`, ' * ', ' *   '));
  if (returns !== '' || errors.length > 0) lines.push(' *');
  if (returns !== '') lines.push(...wrap(`Return: ${returns}`, ' * ', ' *   '));
  for (const { errno, doc } of errors) lines.push(...wrap(`${errno}: ${doc}`, ' * ', ' *   '));
  if (number !== '') lines.push(' *', ...wrap(`Number: ${number}.`, ' * ', ' *   '));
  return ['/*', ...lines, ' */'];
}

function argumentType(ioctl: Ioctl, model: Model): string {
  const { argument } = ioctl;
  if (argument.kind === 'scalar') return cScalar(argument.name);
  const struct = argument.kind === 'struct' ? model.structs.get(argument.name) : undefined;
  if (struct === undefined) return 'int';
  // A block of registers has no struct in C: it is bytes.
  return struct.kind === 'registers'
    ? `${cScalar('u8')}[${layOut(model, struct.name, abis.lp64).minSize}]`
    : cStructType(struct);
}
