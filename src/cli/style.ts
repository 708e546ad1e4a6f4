import { styleText } from 'node:util';
import { plainStyle, type Style } from '../print/tree.ts';
import type { Output } from './output.ts';

const colours: Style = {
  heading: (text) => styleText('bold', text),
  name: (text) => text,
  value: (text) => styleText('cyan', text),
  meaning: (text) => styleText('green', text),
  faint: (text) => styleText('dim', text),
  warning: (text) => styleText('red', text),
};

/** Colours on a terminal, unless NO_COLOR asks for none (no-color.org); FORCE_COLOR asks for them anywhere. */
export function styleFor(output: Output, environment: NodeJS.ProcessEnv = process.env): Style {
  if ((environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb') return plainStyle;
  const forced = (environment['FORCE_COLOR'] ?? '') !== '' && environment['FORCE_COLOR'] !== '0';
  return output.isTerminal || forced ? colours : plainStyle;
}
