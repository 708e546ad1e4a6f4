import type { Precondition } from '../../src/model/declaration.ts';
import type { AnyDeclaration, Interface, Model } from '../../src/model/model.ts';
import { formatRelease } from '../../src/model/release.ts';
import { Printer } from '../printer.ts';
import { declaredBy } from '../scope.ts';
import { printChain, printVariants } from './chains.ts';
import { printConstants } from './constants.ts';
import { type PageContext, structHeading } from './context.ts';
import { ioctlHeading, printIoctl, printIoctlTable } from './ioctls.ts';
import { code, phrase, prose, slug, table } from './markdown.ts';
import { printRegisters } from './registers.ts';
import { printSet, setHeading } from './sets.ts';
import { printStruct } from './structs.ts';

/** A section: its heading, and the parts that a reader may want to go to. */
interface Section {
  readonly title: string;
  readonly headings: readonly string[];
  readonly print: (printer: Printer) => void;
}

/** The page of an interface. */
export function interfacePage(model: Model, owner: Interface): string {
  const printer = new Printer('');
  const known = model.release ?? owner.kernel;
  const sections = sectionsOf({ model, owner }).filter((section) => section.headings.length > 0);
  printer.line(`# ${owner.name}`);
  printer.blank();
  printer.line(prose(owner.doc));
  printer.blank();
  const state = known === null ? '' : ` It describes Linux ${formatRelease(known)}.`;
  printer.line(`Header: ${code(owner.header.path)}. This page is generated from the schema.${state}`);
  printer.blank();
  for (const { title, headings } of sections) {
    printer.line(`- [${title}](#${slug(title)}) (${headings.length})`);
  }
  for (const section of sections) {
    printer.blank();
    printer.line(`## ${section.title}`);
    printer.blank();
    section.print(printer);
  }
  return printer.toString();
}

function sectionsOf(context: PageContext): readonly Section[] {
  const { model, owner } = context;
  const structs = declaredBy(model.structs, owner.name).filter((struct) => !struct.inline);
  const sets = <T extends AnyDeclaration>(map: ReadonlyMap<string, T>): readonly T[] =>
    declaredBy(map, owner.name);
  const parts = <T>(
    title: string,
    all: readonly T[],
    heading: (each: T) => string,
    print: (printer: Printer, each: T, context: PageContext) => void,
    before: (printer: Printer) => void = () => {},
  ): Section => ({
    title,
    headings: all.map(heading),
    print: (printer) => {
      before(printer);
      for (const each of all) {
        printer.blank();
        printer.line(`### ${heading(each)}`);
        printer.blank();
        print(printer, each, context);
      }
    },
  });
  const kinds = [...sets(model.fds), ...sets(model.handles)];
  const constants = [...sets(model.constants), ...sets(model.macros), ...sets(model.aliases)];
  const ioctls = sets(model.ioctls);
  return [
    {
      title: 'Files and objects',
      headings: kinds.map(({ name }) => name),
      print: (printer) =>
        printer.lines(
          table(
            ['name', 'kind', 'what it is'],
            kinds.map((each) => [
              code(each.name),
              each.kind === 'fd' ? 'file descriptor' : 'object with ids',
              [phrase(each.doc), ...each.preconditions.map(preconditionText)].join(' '),
            ]),
          ),
        ),
    },
    parts('Ioctls', ioctls, ioctlHeading, printIoctl, (printer) => printIoctlTable(printer, ioctls, context)),
    parts(
      'Structs',
      structs.filter(({ kind }) => kind !== 'registers'),
      structHeading,
      printStruct,
    ),
    parts(
      'Registers',
      structs.filter(({ kind }) => kind === 'registers'),
      structHeading,
      printRegisters,
    ),
    parts('Flags', sets(model.flags), setHeading, printSet),
    parts('Enums', sets(model.enums), setHeading, printSet),
    parts('Variants', sets(model.variants), ({ name }) => `variants ${name}`, printVariants),
    parts('Chains', sets(model.chains), ({ name }) => `chain ${name}`, printChain),
    {
      title: 'Constants',
      headings: constants.map(({ name }) => name),
      print: (printer) => printConstants(printer, constants),
    },
  ];
}

/** What a file asks for before it looks at an argument. */
function preconditionText({ id, errno, doc, except }: Precondition): string {
  const others = except.length === 0 ? '' : ` (except ${except.map(code).join(', ')})`;
  return `Before any argument is read, ${code(id)}, otherwise ${code(errno)}${others}: ${phrase(doc)}`;
}
