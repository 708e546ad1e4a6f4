import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPlace } from '../../src/cli/files.ts';
import { formatDump } from '../../src/pci/dump-text.ts';
import { recordedSpaces } from '../cli/dumps.ts';
import type { BenchRow } from './row.ts';

const nothing = 'node -e 0';

/** Whole runs of commands, from the start of the process to its end, against a Node that does nothing. */
export async function benchStartup({ rounds }: { readonly rounds: number }): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'uapikit-bench-'));
  try {
    const dump = join(folder, 'devices.log');
    writeFileSync(dump, hundredDevices());
    const reply =
      '280000000700000002000000000000000070563412f70000000020000000000000001000000000000000'.slice(0, 80);
    return measure(rounds, {
      [nothing]: ['-e', '0'],
      'uapi decode IOMMU_IOAS_MAP HEX': [programPlace, 'decode', 'IOMMU_IOAS_MAP', reply],
      'uapi layout iommu_ioas_map': [programPlace, 'layout', 'iommu_ioas_map'],
      'uapi list': [programPlace, 'list'],
      'uapi pci --json (100 devices)': [programPlace, 'pci', dump, '--json'],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What lspci -xxxx prints of a machine with a hundred devices: the recorded ones over and over. */
function hundredDevices(): string {
  const spaces = [...recordedSpaces().values()].filter((bytes) => bytes.length === 4096);
  return Array.from({ length: 100 }, (_, i) => {
    const slot = `${(i >> 5).toString(16).padStart(2, '0')}:${(i & 31).toString(16).padStart(2, '0')}.0`;
    return formatDump({ slot, title: '', bytes: spaces[i % spaces.length] ?? new Uint8Array(256) });
  }).join('\n');
}

/** Runs the commands by turns, because machines drift, and compares medians. */
function measure(rounds: number, commands: Readonly<Record<string, readonly string[]>>): BenchRow[] {
  const times = new Map<string, number[]>(Object.keys(commands).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, args] of Object.entries(commands)) {
      const start = performance.now();
      const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
      if (status !== 0) throw new Error(`${name} failed: run npm run build first`);
      if (round >= 0) times.get(name)?.push(performance.now() - start);
    }
  }
  const median = (name: string): number => {
    const sorted = [...(times.get(name) ?? [])].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return Object.keys(commands)
    .filter((name) => name !== nothing)
    .map((subject) => ({
      bench: 'startup',
      subject,
      peer: nothing,
      op: subject,
      ratio: median(subject) / median(nothing),
      mark: `${(median(subject) - median(nothing)).toFixed(0)} ms more than ${median(nothing).toFixed(0)} ms`,
    }));
}
