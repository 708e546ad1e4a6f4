import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasTool } from '../helpers/tools.ts';
import { bundle } from './bundle.ts';

const decodeOnly = `export { decodeIommuIoasMap } from '../../src/generated/ts/iommufd.ts';`;
const both = `export { decodeIommuIoasMap, encodeIommuIoasMap } from '../../src/generated/ts/iommufd.ts';`;

describe('a bundle with one struct', () => {
  it.each([
    ['decoder', decodeOnly, 1000],
    ['decoder and checked encoder', both, 2600],
  ])('has little more than the %s, and nothing of Node', async (_, text, most) => {
    const code = await bundle(text, import.meta.url);
    expect(code.length).toBeLessThanOrEqual(most);
    expect(code).not.toMatch(/\bnode:|\brequire\(|\bBuffer\b|\bprocess\b/);
  });

  it.runIf(hasTool('chromium'))('decodes and encodes in a browser', async () => {
    const profile = mkdtempSync(join(tmpdir(), 'uapikit-chromium-'));
    // Both the driver and the browser look for the user's folder; a user may have none.
    process.env['HOME'] ??= profile;
    const { chromium } = await import('playwright-core');
    const browser = await chromium.launchPersistentContext(profile, {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: await bundle(both, import.meta.url) });
      const result = await page.evaluate(`(() => {
        const view = new DataView(new ArrayBuffer(40));
        bundled.encodeIommuIoasMap({ flags: 5, ioas_id: 2, iova: 0xffff800000001000n }, view);
        const value = bundled.decodeIommuIoasMap(view);
        let refused = '';
        try { bundled.encodeIommuIoasMap({ ioas_id: -1 }, view); } catch (error) { refused = error.message; }
        return [value.size, value.flags, value.ioas_id, String(value.iova), refused];
      })()`);
      expect(result).toEqual([
        40,
        5,
        2,
        String(0xffff800000001000n),
        expect.stringContaining('iommu_ioas_map.ioas_id'),
      ]);
    } finally {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    }
  });
});
