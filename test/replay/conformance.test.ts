import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ReplayedCall, Replayer } from '../../src/replay/replayer.ts';
import { readTraces } from '../../src/trace/reader.ts';

const folder = new URL('../data/traces/', import.meta.url);
const traces = readdirSync(folder).filter((name) => name.endsWith('.gz'));

describe('the reference /dev/iommu', () => {
  it('has traces of all profiles to be compared with', () => {
    const profiles = new Set(traces.map((name) => name.split(/[-.]/)[0]));
    expect([...profiles].sort()).toEqual(['core', 'fault', 'mock', 'selftest', 'vfio']);
  });

  it.each(traces)('does as the kernel did in every call of %s', (name) => {
    const wrong: ReplayedCall[] = [];
    let calls = 0;
    for (const { header, lines } of readTraces(gunzipSync(readFileSync(new URL(name, folder))).toString())) {
      const replayer = new Replayer(header);
      for (const line of lines) {
        const call = replayer.take(line);
        if (call === null) continue;
        calls++;
        if (call.differences.length > 0) wrong.push(call);
      }
    }
    expect(
      wrong.slice(0, 3).map(({ record, result, differences }) => ({ record, result, differences })),
    ).toEqual([]);
    expect(calls).toBeGreaterThan(1000);
  });
});
