import { fstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../base/usage-error.ts';
import { readConfigDump } from '../read/config-dump.ts';
import { configMax, type DumpedDevice } from '../read/open-device.ts';
import { ReadError } from '../read/read-error.ts';
import { readText } from '../read/read-text.ts';
import { describeReading } from '../read/reading.ts';
import { parseSlot } from '../read/slot.ts';
import { problemOf } from './files.ts';
import {
  inputMax,
  openInput,
  type ReadHow,
  readFile,
  reading,
  type Source,
  textOf,
  unpacked,
} from './input.ts';
import type { Output } from './terminal/output.ts';

/** Config spaces, and the form that they came in. */
export interface PciInput {
  readonly devices: readonly DumpedDevice[];
  /** `dump` is text with addresses or offsets, `raw` one config space, `folder` files of such. */
  readonly form: 'dump' | 'raw' | 'folder';
}

/** Where Linux shows the devices of the machine. */
const sysfsDevices = '/sys/bus/pci/devices';

/** How `uapi pci` reads config spaces: registers are little-endian. */
export type PciHow = Omit<ReadHow, 'order'>;

/**
 * Reads config spaces: text of lspci or of another program, one raw config space, a folder of them.
 *
 * @param argument undefined: standard input if something is sent there, otherwise the devices of this machine
 */
export function readPci(argument: string | undefined, how: PciHow): PciInput {
  const chosen = argument ?? (isSent(0) ? '-' : sysfsDevices);
  if (argument === undefined && chosen === sysfsDevices && !isFolder(chosen)) {
    throw new UsageError(
      'this machine shows no PCI devices',
      'uapi pci FILE reads what `lspci -xxxx` printed',
    );
  }
  if (isFolder(chosen)) return { devices: readFolder(chosen), form: 'folder' };
  const source = openInput(chosen);
  const text = how.raw ? null : reading(source, () => textOf(source.contents));
  const devices = text === null ? [] : dumpOf(source, text, how.output);
  if (devices.length > 0) return { devices, form: 'dump' };
  const { name, path } = source;
  const bytes = text === null ? (source.contents as Uint8Array) : hexSpace(source, text, how);
  return { devices: [rawDevice(bytes, name, path === null ? null : slotOf(path))], form: 'raw' };
}

/** The devices of a dump; none if the text is another one. */
function dumpOf(source: Source, text: string, output: Output): readonly DumpedDevice[] {
  const { devices, form } = reading(source, () => readConfigDump(text));
  const filled = devices.filter(({ bytes }) => bytes.length > 0);
  if (filled.length === 0) return [];
  if (form !== null)
    output.note(`uapi: ${source.name}: read as ${form}, ${counted(filled.length, 'device')}`);
  tellMissing(source.name, filled, output);
  return devices;
}

/** Most devices for which missing bytes are told one by one. */
const toldMax = 8;

function tellMissing(name: string, devices: readonly DumpedDevice[], output: Output): void {
  const damaged = devices.filter(({ missing }) => missing.length > 0);
  for (const { slot, missing } of damaged.slice(0, toldMax)) {
    const [first] = missing;
    if (first === undefined) continue;
    const total = missing.reduce((sum, { size }) => sum + size, 0);
    const place = slot === null ? '' : `${slot}: `;
    output.note(
      `uapi: ${name}: ${place}${counted(total, 'byte')} missing from 0x${first.offset.toString(16)} on, read as 0xff`,
    );
  }
  const rest = damaged.length - toldMax;
  if (rest > 0) output.note(`uapi: ${name}: bytes of ${counted(rest, 'more device')} are missing, too`);
}

/** The bytes of a text without addresses of devices. */
function hexSpace(source: Source, text: string, how: PciHow): Uint8Array {
  return reading(source, () => {
    try {
      const read = readText(text, 'little');
      // A dump of memory may begin anywhere, one of a config space begins at zero.
      if (read.base !== null && read.base !== 0n && read.base < configMax) {
        throw new ReadError(`the dump begins at 0x${read.base.toString(16)}`);
      }
      const told = describeReading(read);
      if (told !== null) how.output.note(`uapi: ${source.name}: ${told}`);
      return read.bytes;
    } catch (error) {
      if (!(error instanceof ReadError) || !error.isUnknown || typeof source.contents === 'string')
        throw error;
      throw new ReadError('holds no config space: no lines of hex digits as in "00: 86 80 ..."', {
        hint: 'lspci -xxxx prints them (-xxx without the extended ones, -x only headers)',
      });
    }
  });
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function rawDevice(bytes: Uint8Array, name: string, slot: string | null): DumpedDevice {
  if (bytes.length > configMax) {
    throw new UsageError(`${name}: ${bytes.length} bytes, but a config space has at most ${configMax}`);
  }
  return { slot, title: '', bytes, missing: [] };
}

/** A device of sysfs, a folder of devices, or of files that are named by the devices' addresses. */
function readFolder(folder: string): readonly DumpedDevice[] {
  if (isThere(join(folder, 'config'))) {
    return [fileDevice(join(folder, 'config'), slotOf(join(folder, 'config')))];
  }
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    throw new UsageError(`cannot read ${folder}: ${problemOf(error)}`);
  }
  const devices: DumpedDevice[] = [];
  let total = 0;
  for (const name of names) {
    const slot = parseSlot(/^[0-9a-f:]+\.[0-7](?=\.|$)/i.exec(name)?.[0] ?? '');
    if (slot === null) continue;
    const place = join(folder, name);
    const file = isFolder(place) ? join(place, 'config') : place;
    if (!isThere(file)) continue;
    const device = fileDevice(file, slot);
    total += device.bytes.length;
    if (total > inputMax)
      throw new UsageError(`${folder} is too large: more than ${inputMax / 1024 / 1024} MiB`);
    devices.push(device);
  }
  if (devices.length > 0) return devices;
  throw new UsageError(
    `${folder} holds no devices: neither a file named config, nor files or folders named like 0000:00:1f.0`,
  );
}

function fileDevice(path: string, slot: string | null): DumpedDevice {
  const bytes = unpacked(readFile(path), path);
  if (bytes.length > configMax) {
    throw new UsageError(`${path} has ${bytes.length} bytes: a config space has at most ${configMax}`);
  }
  return { slot, title: '', bytes, missing: [] };
}

/** The address in the path of a raw config space. */
function slotOf(path: string): string | null {
  const own = /^[0-9a-f:]+\.[0-7](?=\.|$)/i.exec(basename(path))?.[0] ?? '';
  try {
    return parseSlot(own) ?? parseSlot(basename(dirname(realpathSync(path))));
  } catch {
    return parseSlot(own);
  }
}

function isFolder(path: string): boolean {
  return kindOf(path) === 'folder';
}

function isThere(path: string): boolean {
  return kindOf(path) !== 'nothing';
}

/** What is at a path; a text that cannot be a path is nothing. */
function kindOf(path: string): 'folder' | 'file' | 'nothing' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'nothing';
  }
}

/** True where a file, a pipe or a socket is at the other end; a terminal or /dev/null sends nothing. */
export function isSent(descriptor: number): boolean {
  try {
    const found = fstatSync(descriptor);
    return found.isFile() || found.isFIFO() || found.isSocket();
  } catch {
    return false;
  }
}
