/**
 * The beginning of a JSON value's text, for messages. No more of the value is looked at than is shown, so that it may be
 * of any size and depth.
 *
 * @param max most characters; what is longer ends in dots
 */
export function jsonExcerpt(value: unknown, max = 40): string {
  const text = beginningOf(value, max + 1);
  return text.length > max ? `${text.slice(0, max - 3)}...` : text;
}

/** The text of a value, or at least `room` characters of it. */
function beginningOf(value: unknown, room: number): string {
  if (room <= 0) return '';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, room));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value);
  const isArray = Array.isArray(value);
  let text = isArray ? '[' : '{';
  let separator = '';
  for (const key in value) {
    text += isArray ? separator : `${separator}${JSON.stringify(key)}:`;
    text += beginningOf((value as Record<string, unknown>)[key], room - text.length);
    separator = ',';
    if (text.length >= room) return text;
  }
  return text + (isArray ? ']' : '}');
}
