import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Each folder with those that it may import from, besides itself. docs/architecture.md says why. */
const order: readonly (readonly [folder: string, mayImport: readonly string[]])[] = [
  ['src/base', []],
  ['src/interval', ['src/base']],
  ['src/trace', ['src/base']],
  ['src/read', ['src/base', 'src/model', 'src/layout', 'src/codec', 'src/print']],
  ['src/pci', ['src/base', 'src/chain', 'src/codec', 'src/print', 'src/read']],
  ['src/script', ['src/base', 'src/ioas', 'src/generated']],
  ['src/model', ['src/base']],
  ['src/codec/runtime', []],
  ['src/layout', ['src/base', 'src/model', 'src/codec/runtime']],
  ['src/spec', ['src/base', 'src/model', 'src/layout']],
  ['src/codec/oracle', ['src/base', 'src/model', 'src/layout', 'src/codec/runtime']],
  ['src/codec/typed-binary', ['src/codec/runtime']],
  ['src/plan', ['src/base', 'src/model', 'src/layout', 'src/codec/runtime']],
  [
    'src/arbitrary',
    ['src/base', 'src/model', 'src/layout', 'src/plan', 'src/codec/runtime', 'src/codec/oracle'],
  ],
  ['src/generated', ['src/codec/runtime']],
  ['src/chain', ['src/base', 'src/model', 'src/layout', 'src/plan', 'src/codec']],
  ['src/ioctl', ['src/base', 'src/model', 'src/layout', 'src/plan', 'src/codec', 'src/chain']],
  [
    'src/validate',
    ['src/base', 'src/model', 'src/layout', 'src/plan', 'src/codec', 'src/chain', 'src/ioctl'],
  ],
  ['src/print', ['src/base', 'src/model', 'src/layout', 'src/plan', 'src/codec', 'src/chain']],
  ['src/iommu/kernel-api', ['src/base', 'src/model', 'src/ioctl', 'src/generated']],
  ['src/iommu/machine', ['src/base', 'src/model', 'src/ioctl', 'src/generated', 'src/iommu/kernel-api']],
  [
    'src/iommufd',
    [
      'src/base',
      'src/model',
      'src/ioctl',
      'src/iommu/kernel-api',
      'src/interval',
      'src/generated',
      'src/codec/runtime',
    ],
  ],
  [
    'src/ioas',
    [
      'src/base',
      'src/model',
      'src/ioctl',
      'src/iommu/machine',
      'src/interval',
      'src/generated',
      'src/codec/runtime',
      'src/chain',
    ],
  ],
  [
    'src/replay',
    ['src/base', 'src/ioctl', 'src/iommu/kernel-api', 'src/iommufd', 'src/generated', 'src/trace'],
  ],
  ['codegen', ['src/base', 'src/model', 'src/layout', 'src/plan', 'src/validate']],
  [
    'src/cli',
    [
      'src/base',
      'src/model',
      'src/layout',
      'src/plan',
      'src/spec',
      'src/codec',
      'src/arbitrary',
      'src/generated',
      'src/chain',
      'src/ioctl',
      'src/print',
      'src/ioas',
      'src/iommufd',
      'src/replay',
      'src/read',
      'src/pci',
      'src/script',
      'src/trace',
      'src/validate',
      'codegen',
    ],
  ],
  ['src/build', ['src/base', 'src/model', 'src/layout', 'src/spec', 'src/cli']],
  ['src/index.ts', ['src']],
  ['src/node.ts', ['src']],
];

/** Packages that a folder may import; everything else stays free of dependencies. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'src/base': ['fastest-levenshtein'],
  'src/spec': ['yaml'],
  'src/node.ts': ['node:path'],
  'src/cli': ['commander', 'node:'],
  'src/build': ['rolldown', 'rolldown/utils', 'typescript', 'node:'],
  'src/codec/oracle': ['typed-binary'],
  'src/codec/typed-binary': ['typed-binary'],
  'src/arbitrary': ['fast-check'],
};

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

function folderOf(file: string): string | undefined {
  return order
    .map(([folder]) => folder)
    .filter((folder) => file === folder || file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];
}

describe('the tree', () => {
  it('has every source file in a folder of the import order', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => folderOf(file) === undefined)).toEqual([]);
  });

  it('imports one way only', () => {
    const wrong = imports.filter(({ from, to }) => {
      if (!to.startsWith('src/') && !to.startsWith('codegen/')) return false;
      const [own, other] = [folderOf(from), folderOf(to)];
      const allowed = order.find(([folder]) => folder === own)?.[1] ?? [];
      return own !== other && !allowed.some((folder) => other === folder || other?.startsWith(`${folder}/`));
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
      if (to.startsWith('src/') || to.startsWith('codegen/')) return false;
      return !(packages[folderOf(from) ?? ''] ?? []).some(
        (name) => to === name || (name.endsWith(':') && to.startsWith(name)),
      );
    });
    expect(wrong).toEqual([]);
  });

  /** Files that still have to be split; the list may only shrink. */
  const long = new Set([
    'codegen/typescript/decode.ts',
    'codegen/typescript/encode.ts',
    'codegen/typescript/scope.ts',
  ]);

  it('has files of at most 400 lines', () => {
    const found = files
      .filter((file) => !file.startsWith('src/generated/'))
      .map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length - 1] as const)
      .filter(([file, lines]) => lines > 400 && !long.has(file));
    expect(found).toEqual([]);
  });

  it('has no drawer for anything', () => {
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|misc|common)\.ts$/.test(file))).toEqual([]);
  });
});
