import { repositoryText } from './schemas.ts';

/** A folder of the sources, as the table in docs/architecture.md describes it. */
export interface Room {
  readonly folder: string;
  /** Folders that it may import from, besides itself; a folder stands for those below it too. */
  readonly mayImport: readonly string[];
  /** True if it may import from all folders above it. */
  readonly mayImportAll: boolean;
  /** Packages that it may import; `node:` is all of Node's own. */
  readonly packages: readonly string[];
}

/** Reads the table of rooms of a page: folder, what it holds, may import, packages. */
export function parseRooms(page: string): readonly Room[] {
  const rows = [...page.matchAll(/^\| ((?:src\/|codegen)\S*) \|.*\|$/gm)].map(([line]) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const rooms: Room[] = [];
  for (const [folder = '', , imports = '', packages = ''] of rows) {
    const above = rooms.map((room) => room.folder).filter((other) => !other.endsWith('.ts'));
    const names = wordsOf(imports);
    const mayImportAll = names.includes('everything');
    const mayImport = mayImportAll ? above : names.map((name) => (name === 'codegen' ? name : `src/${name}`));
    rooms.push({ folder, mayImport, mayImportAll, packages: wordsOf(packages) });
  }
  return rooms;
}

/** The rooms of docs/architecture.md, in the order of the table. */
export const rooms: readonly Room[] = parseRooms(repositoryText('docs/architecture.md'));

/** True if a folder is another one or below it. */
export function isWithin(folder: string, other: string): boolean {
  return folder === other || folder.startsWith(`${other}/`);
}

function wordsOf(cell: string): readonly string[] {
  return cell.split(/,\s*/).filter((word) => word !== '');
}
