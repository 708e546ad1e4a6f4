import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isWithin, parseRooms, rooms } from './helpers/rooms.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const files = ['src', 'codegen'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`),
);

interface Import {
  readonly from: string;
  readonly to: string;
}

const imports: readonly Import[] = files.flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from '([^']+)'|import\('([^']+)'\)|\nimport '([^']+)'/g,
    ),
  ];
  return found.map((match) => ({ from: file, to: target(file, match[1] ?? match[2] ?? match[3] ?? '') }));
});

function target(file: string, specifier: string): string {
  return specifier.startsWith('.') ? relative(root, join(root, dirname(file), specifier)) : specifier;
}

/** The room of a file: the one with the longest name, because rooms may be inside others. */
function roomOf(file: string): string | undefined {
  return rooms
    .map(({ folder }) => folder)
    .filter((folder) => isWithin(file, folder))
    .sort((a, b) => b.length - a.length)[0];
}

const isOwn = (to: string): boolean => to.startsWith('src/') || to.startsWith('codegen/');
/** Imports of another room, as the rooms. */
const between = imports
  .filter(({ to }) => isOwn(to))
  .map(({ from, to }) => ({ file: from, from: roomOf(from), to: roomOf(to) }))
  .filter(({ from, to }) => from !== to);

describe('the table of rooms in docs/architecture.md', () => {
  it('has a row for each source file, and files for each row', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => roomOf(file) === undefined)).toEqual([]);
    const used = new Set(files.map(roomOf));
    expect(rooms.map(({ folder }) => folder).filter((folder) => !used.has(folder))).toEqual([]);
  });

  it('has each room below those that it may import from, so that there is no circle', () => {
    for (const [index, { folder, mayImport }] of rooms.entries()) {
      const above = rooms.slice(0, index).map((room) => room.folder);
      const wrong = mayImport.filter((other) => !above.some((each) => isWithin(each, other)));
      const below = rooms.slice(index).map((room) => room.folder);
      wrong.push(
        ...mayImport.filter((other) => below.some((each) => each !== folder && isWithin(each, other))),
      );
      expect([folder, wrong]).toEqual([folder, []]);
    }
  });

  it('allows nothing that is not used', () => {
    const idle = rooms.flatMap(({ folder, mayImport, mayImportAll, packages }) => {
      const own = between.filter(({ from }) => from === folder);
      const named = imports.filter(({ from, to }) => !isOwn(to) && roomOf(from) === folder);
      return [
        ...(mayImportAll ? [] : mayImport.filter((other) => !own.some(({ to = '' }) => isWithin(to, other)))),
        ...packages.filter((name) => !named.some(({ to }) => isOf(to, name))),
      ].map((unused) => [folder, unused]);
    });
    expect(idle).toEqual([]);
  });

  it('is read as it is written', () => {
    const page =
      '| folder | holds |\n| --- | --- |\n| src/a | x | | p |\n| src/b/c | | a | |\n| codegen | | everything | q, node: |\n';
    expect(parseRooms(page)).toEqual([
      { folder: 'src/a', mayImport: [], mayImportAll: false, packages: ['p'] },
      { folder: 'src/b/c', mayImport: ['src/a'], mayImportAll: false, packages: [] },
      { folder: 'codegen', mayImport: ['src/a', 'src/b/c'], mayImportAll: true, packages: ['q', 'node:'] },
    ]);
  });
});

/** True if an import is of a package or of a module inside it. */
function isOf(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(name.endsWith(':') ? name : `${name}/`);
}

describe('the tree', () => {
  it('imports one way only', () => {
    const wrong = between.filter(({ from, to = '' }) => {
      const allowed = rooms.find(({ folder }) => folder === from)?.mayImport ?? [];
      return !allowed.some((folder) => isWithin(to, folder));
    });
    expect(wrong).toEqual([]);
  });

  it('has no circles of imports, those of types included', () => {
    const importsOf = new Map<string, string[]>(files.map((file) => [file, []]));
    for (const { from, to } of imports) importsOf.get(from)?.push(to);
    /** Files whose imports are known to come to an end. */
    const done = new Set<string>();
    const circleFrom = (file: string, path: readonly string[]): readonly string[] | null => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return null;
      for (const to of importsOf.get(file) ?? []) {
        const circle = circleFrom(to, [...path, file]);
        if (circle !== null) return circle;
      }
      done.add(file);
      return null;
    };
    expect(files.map((file) => circleFrom(file, [])).filter((circle) => circle !== null)).toEqual([]);
  });

  it('imports packages only where they are declared', () => {
    const wrong = imports.filter(({ from, to }) => {
      const allowed = rooms.find(({ folder }) => folder === roomOf(from))?.packages ?? [];
      return !isOwn(to) && !allowed.some((name) => isOf(to, name));
    });
    expect(wrong).toEqual([]);
  });

  it('has files of at most 400 lines', () => {
    const found = files
      .filter((file) => !file.startsWith('src/generated/'))
      .map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length - 1] as const)
      .filter(([, lines]) => lines > 400);
    expect(found).toEqual([]);
  });

  it('has no drawer for anything', () => {
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|misc|common)\.ts$/.test(file))).toEqual([]);
  });
});
