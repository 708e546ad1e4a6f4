import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uapi } from '../helpers/run-cli.ts';
import { repositoryText } from '../helpers/schemas.ts';
import { askTwice, editFunction } from './capabilities.example.ts';

const page = repositoryText('docs/capability-chains.md');
const blocks = [...page.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language, file, text]) => ({
  language: language ?? '',
  file: file ?? '',
  text: text ?? '',
}));
const folder = mkdtempSync(join(tmpdir(), 'uapikit-docs-'));
const schemas = fileURLToPath(new URL('../../schema', import.meta.url));

describe('docs/capability-chains.md', () => {
  const before = process.env['UAPIKIT_PCI_IDS'];

  beforeAll(() => {
    process.env['UAPIKIT_PCI_IDS'] = '/dev/null';
    for (const { file, text } of blocks) if (file !== '') writeFileSync(join(folder, file), text);
  });

  afterAll(() => {
    if (before === undefined) delete process.env['UAPIKIT_PCI_IDS'];
    else process.env['UAPIKIT_PCI_IDS'] = before;
    rmSync(folder, { recursive: true });
  });

  const runs = blocks
    .filter(({ language }) => language === 'console')
    .flatMap(({ text }) => text.split(/^\$ /m).slice(1))
    .map((run) => ({ command: run.slice(0, run.indexOf('\n')), output: run.slice(run.indexOf('\n') + 1) }));

  it.each(runs)('shows what $command prints', async ({ command, output }) => {
    const files = blocks.map(({ file }) => file);
    const [program, ...args] = command.split(' ');
    expect(program).toBe('uapi');
    const { out, err } = await uapi(
      ...args.map((word) => (files.includes(word) ? join(folder, word) : word)),
    );
    expect(`${out}\n${err}`.trim().replaceAll(`${folder}/`, '')).toBe(output.trim());
  });

  it('shows the example that runs', () => {
    const own = readFileSync(new URL('capabilities.example.ts', import.meta.url), 'utf8')
      .replace('../../src/index.ts', 'uapikit')
      .replace(/\.\.\/\.\.\/src\/generated\/ts\/(\w+)\.ts/g, 'uapikit/codecs/$1');
    expect(blocks.find(({ language }) => language === 'ts')?.text).toBe(own);
  });

  it('edits a PCI function as it says', () => {
    const { at, names, issues, bytes } = editFunction(schemas);
    expect(at).toBe(72);
    expect(names).toEqual(['pci_cap_pm at 64', 'pci_cap_msi at 84']);
    expect(issues).toEqual([]);
    expect(bytes.length).toBe(256);
  });

  it('negotiates as it says', () => {
    const { asked, elements } = askTwice(schemas);
    expect(asked).toEqual([16, 40]);
    expect(elements).toMatchObject([{ name: 'vfio_iommu_type1_info_dma_avail', value: { avail: 65535 } }]);
  });

  it('has its pictures', () => {
    for (const [, path] of page.matchAll(/\]\((pictures\/\S+?)\)/g)) {
      expect(repositoryText(`docs/${path}`)).toMatch(/^<svg [\s\S]*prefers-color-scheme: dark/);
    }
  });
});
