/** Whether a path begins at the root. */
export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

/** The path without `.`, `..` and empty parts as far as that is possible: two normal paths of one file are equal. */
export function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!isAbsolute(path)) parts.push(part);
  }
  const joined = parts.join('/');
  return isAbsolute(path) ? `/${joined}` : joined || '.';
}

/** The path that another file's text names relative to that file. */
export function beside(file: string, path: string): string {
  return isAbsolute(path) ? path : normalize(`${file.slice(0, file.lastIndexOf('/') + 1)}${path}`);
}
