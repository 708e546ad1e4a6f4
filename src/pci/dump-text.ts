import { hexOf } from '../print/hex.ts';
import type { DumpedDevice } from '../read/open-device.ts';

/** Writes a device as `lspci -xxxx` does. */
export function formatDump({ slot, title, bytes }: Omit<DumpedDevice, 'missing'>): string {
  const lines = slot === null ? [] : [`${slot}${title === '' ? '' : ` ${title}`}`];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    const row = hexOf(bytes.subarray(offset, offset + 16), ' ');
    lines.push(`${offset.toString(16).padStart(2, '0')}: ${row}`);
  }
  return `${lines.join('\n')}\n`;
}
