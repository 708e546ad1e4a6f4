import { inspect } from 'node:util';

/**
 * What stands before the number of a colour until it is printed. Nobody who wrote the input can know it, so that only the
 * program's own colours reach a terminal.
 */
const mark = `\u001b${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)};`;

/** A function that gives text a colour, which {@link painted} turns into what a terminal takes. */
export function colour(name: 'bold' | 'cyan' | 'green' | 'dim' | 'red'): (text: string) => string {
  const [on, off] = inspect.colors[name] ?? [0, 0];
  return (text) => (text === '' ? '' : `${mark}${on}m${text}${mark}${off}m`);
}

/** A text with its colours as a terminal takes them; all that is not a colour of this program passes `escaped`. */
export function painted(text: string, escaped: (text: string) => string): string {
  if (!text.includes(mark)) return escaped(text);
  return text
    .split(mark)
    .map((part, i) => {
      if (i === 0) return escaped(part);
      const end = part.indexOf('m') + 1;
      return `\u001b[${part.slice(0, end)}${escaped(part.slice(end))}`;
    })
    .join('');
}
