import { plainStyle, type Style } from '../../print/tree.ts';
import { colour } from './colour.ts';
import type { Output } from './output.ts';

const colours: Style = {
  heading: colour('bold'),
  name: (text) => text,
  value: colour('cyan'),
  meaning: colour('green'),
  faint: colour('dim'),
  warning: colour('red'),
};

/** Colours on a terminal, unless NO_COLOR asks for none (no-color.org); FORCE_COLOR asks for them anywhere. */
export function styleFor(output: Output, environment: NodeJS.ProcessEnv = process.env): Style {
  if ((environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb') return plainStyle;
  const forced = (environment['FORCE_COLOR'] ?? '') !== '' && environment['FORCE_COLOR'] !== '0';
  return output.isTerminal || forced ? colours : plainStyle;
}
