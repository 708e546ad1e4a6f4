import { Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** What {@link schemaOption} and {@link kernelOption} give. */
export interface SchemaChoice {
  readonly schema?: readonly string[];
  readonly kernel?: string;
}

/** Schemas of the user beside those of the package. */
export const schemaOption: Option = repeatable('--schema <FILE>', 'a further schema file');

/** The release that interfaces are taken as of. */
export const kernelOption: Option = new Option(
  '--kernel <RELEASE>',
  'as of this release: 6.12, 6.12.117, 6.12.y',
);
