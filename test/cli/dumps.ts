import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { packageFolder } from '../../src/cli/files.ts';

/** Config spaces that were recorded for the project, by the addresses of the devices. */
export function recordedSpaces(): ReadonlyMap<string, Uint8Array> {
  const spaces = new Map<string, Uint8Array>();
  for (const name of ['qemu-q35.jsonl.gz', 'qemu-q35-cxl-sriov.jsonl.gz']) {
    for (const line of recordedLines(name)) {
      if (line.config !== undefined)
        spaces.set(line.config, new Uint8Array(Buffer.from(line.bytes ?? '', 'hex')));
    }
  }
  return spaces;
}

interface RecordedLine {
  readonly config?: string;
  readonly bytes?: string;
  readonly name?: string;
  readonly argsz?: number;
  readonly out?: string;
}

/** The lines of a recording. */
export function recordedLines(name: string): readonly RecordedLine[] {
  const file = join(packageFolder, 'test', 'data', 'vfio', name);
  const text = gunzipSync(readFileSync(file)).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedLine);
}

/** A made-up device: power management at 0x40, MSI with a 64-bit address at 0x50, an id that nothing describes at 0x60. */
export function madeUpSpace(size: 64 | 256 = 256): Uint8Array {
  const bytes = new Uint8Array(size);
  const put = (offset: number, ...values: readonly number[]): void => {
    if (offset + values.length <= size) bytes.set(values, offset);
  };
  put(0x00, 0x86, 0x80, 0x34, 0x12, 0x06, 0x04, 0x10, 0x00, 0x02, 0x00, 0x00, 0x02);
  put(0x34, 0x40);
  put(0x3c, 0x0b, 0x01);
  put(0x40, 0x01, 0x50, 0x03, 0xc8, 0x08, 0x00, 0x00, 0x00);
  put(0x50, 0x05, 0x60, 0x81, 0x00, 0x04, 0x00, 0xe0, 0xfe, 0x00, 0x00, 0x00, 0x00, 0x21, 0x40);
  put(0x60, 0x7e, 0x00, 0xaa, 0xbb, 0xcc, 0xdd);
  return bytes;
}

/** What lspci -xxx prints of a space. */
export function dumpText(
  slot: string,
  bytes: Uint8Array,
  title = 'Ethernet controller: Somebody Something',
): string {
  const lines = [`${slot} ${title}`];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    const row = [...bytes.subarray(offset, offset + 16)].map((byte) => byte.toString(16).padStart(2, '0'));
    lines.push(`${offset.toString(16).padStart(2, '0')}: ${row.join(' ')}`);
  }
  return `${lines.join('\n')}\n\n`;
}
