import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A recorded ioctl. */
export interface RecordedCall {
  readonly device: string;
  readonly name: string;
  readonly argsz: number;
  readonly ret: number;
  readonly errno: number;
  readonly out: Uint8Array;
}

/** A recorded config space. */
export interface RecordedSpace {
  readonly slot: string;
  readonly bytes: Uint8Array;
}

/** Files in test/data/vfio. */
export const recordings = ['qemu-q35.jsonl.gz', 'qemu-q35-cxl-sriov.jsonl.gz'] as const;

/** The calls and config spaces of a recording. */
export function readRecording(name: (typeof recordings)[number]): {
  readonly calls: readonly RecordedCall[];
  readonly spaces: readonly RecordedSpace[];
} {
  const file = new URL(`../data/vfio/${name}`, import.meta.url);
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    calls: rows.flatMap((row) =>
      typeof row['out'] === 'string' ? [{ ...row, out: fromHex(row['out']) } as unknown as RecordedCall] : [],
    ),
    spaces: rows.flatMap((row) =>
      typeof row['config'] === 'string'
        ? [{ slot: row['config'], bytes: fromHex(String(row['bytes'])) }]
        : [],
    ),
  };
}

/**
 * The folder with dumps of real devices, which are not part of this repository: UAPIKIT_SAMPLES, with `pci/*.dump` as
 * `lspci -xxxx` prints them. Null where the variable is not set; tests that need it skip then, and say so.
 */
export function samplesFolder(): string | null {
  const folder = process.env['UAPIKIT_SAMPLES'];
  if (folder !== undefined && folder !== '') return folder;
  console.warn('skipped: UAPIKIT_SAMPLES does not name a folder with dumps of real devices');
  return null;
}

/** The devices of all dumps in a folder. */
export function readDumps(folder: string): readonly (RecordedSpace & { readonly file: string })[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.dump'));
  return files
    .sort()
    .flatMap((file) =>
      parseDump(readFileSync(join(folder, file), 'latin1')).map((space) => ({ file, ...space })),
    );
}

/** The devices of a text as `lspci -x` prints it; bytes that it leaves out below its end are 0xff. */
export function parseDump(text: string): readonly RecordedSpace[] {
  const devices: { slot: string; bytes: number[] }[] = [];
  let current: { slot: string; bytes: number[] } | undefined;
  for (const line of text.split(/\r?\n/)) {
    const slot = /^((?:[0-9a-f]{4,6}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) /i.exec(line)?.[1];
    const row = /^([0-9a-f]{2,8}): (.*)$/i.exec(line);
    if (slot !== undefined) {
      current = { slot: slot.toLowerCase(), bytes: [] };
      devices.push(current);
    } else if (line.trim() === '') current = undefined;
    else if (row !== null && current !== undefined) {
      const offset = Number.parseInt(row[1] ?? '', 16);
      while (current.bytes.length < offset) current.bytes.push(0xff);
      for (const [i, byte] of (row[2] ?? '').trim().split(/\s+/).entries()) {
        current.bytes[offset + i] = Number.parseInt(byte, 16);
      }
    }
  }
  return devices.map(({ slot, bytes }) => ({ slot, bytes: Uint8Array.from(bytes) }));
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
