import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Replayer } from '../../src/replay/replayer.ts';
import { readTrace } from '../../src/trace/reader.ts';
import { violations } from './invariants.ts';

describe('closing /dev/iommu and its files', () => {
  it.each(['mock', 'fault', 'vfio'])('leaves nothing behind after the calls of %s-201', (profile) => {
    const url = new URL(`../data/traces/${profile}-201.jsonl.gz`, import.meta.url);
    const { header, records } = readTrace(gunzipSync(readFileSync(url)).toString());
    const replayer = new Replayer(header);
    for (const [index, record] of records.entries()) {
      replayer.run(record);
      if (index % 500 === 0) expect(violations(replayer.iommufd)).toEqual([]);
    }
    const { context } = replayer.iommufd;
    expect(context.objects.size).toBeGreaterThan(0);
    replayer.iommufd.close();
    context.host.files.closeAll();
    expect(context.objects.size).toBe(0);
    expect(context.groups.size).toBe(0);
    expect(context.memory.used).toBe(0);
    expect(context.host.files.size).toBe(0);
    const pages = replayer.memory.pages(header.arena.start, Number(header.arena.length / 4096n), false);
    expect(pages.filter(({ pins }) => pins !== 0)).toEqual([]);
  });
});
