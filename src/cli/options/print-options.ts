import { Option } from 'commander';
import type { Detail } from '../../print/tree.ts';

/** What {@link detailOptions} give. */
export interface DetailChoice {
  readonly brief?: boolean;
  readonly verbose?: boolean;
}

/** One JSON document instead of text. */
export const jsonOption: Option = new Option('--json', 'print one JSON document');

/** How much of decoded values is told. */
export const detailOptions: readonly Option[] = [
  new Option('--brief', 'without descriptions and bits that are clear'),
  new Option('-v, --verbose', 'every bit on its own line, with access class and full description'),
];

/** The detail that the options choose. */
export function chosenDetail({ brief, verbose }: DetailChoice): Detail {
  return verbose === true ? 'full' : brief === true ? 'brief' : 'normal';
}
