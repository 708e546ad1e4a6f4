import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Replayer } from '../../src/replay/replayer.ts';
import { readTrace } from '../../src/trace/reader.ts';

const folder = new URL('../data/traces/', import.meta.url);
const traces = readdirSync(folder).filter((name) => name.endsWith('.gz'));

describe('the reference /dev/iommu', () => {
  it('has traces of all profiles to be compared with', () => {
    const profiles = new Set(traces.map((name) => name.split('-')[0]));
    expect([...profiles].sort()).toEqual(['core', 'fault', 'mock', 'vfio']);
  });

  it.each(traces)('does as the kernel did in every call of %s', (name) => {
    const { header, records } = readTrace(gunzipSync(readFileSync(new URL(name, folder))).toString());
    const replayer = new Replayer(header);
    const wrong = records
      .map((record) => replayer.run(record))
      .filter(({ differences }) => differences.length > 0);
    expect(
      wrong.slice(0, 3).map(({ record, result, differences }) => ({ record, result, differences })),
    ).toEqual([]);
    expect(records.length).toBeGreaterThan(1000);
  });
});
