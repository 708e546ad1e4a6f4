import { Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** What {@link includeRootOption} gives. */
export interface IncludeChoice {
  readonly includeRoot?: readonly string[];
}

/** Which schemas a command works on, as of which release and on which architecture. */
export interface SchemaChoice extends IncludeChoice {
  readonly schema?: readonly string[] | undefined;
  readonly kernel?: string | undefined;
  readonly arch?: string | undefined;
}

/** Folders whose files schemas may include. */
export const includeRootOption: Option = repeatable(
  '--include-root <DIR>',
  'schemas may include files of this folder too, and not only those below their own',
);

/** Schemas of the user beside those of the package. */
export const schemaOptions: readonly Option[] = [
  repeatable('--schema <FILE>', 'a further schema file'),
  includeRootOption,
];

/** The release that interfaces are taken as of. */
export const kernelOption: Option = new Option(
  '--kernel <RELEASE>',
  'as of this release: 6.12, 6.12.117, 6.12.y',
);
