import { fstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { configMax, type DumpedDevice, parseDump, parseSlot } from './dump-text.ts';
import { problemOf } from './files.ts';
import { inputMax, looksLikeText, readFile, readInput, unpacked } from './input.ts';
import { UsageError } from './usage-error.ts';

/** Config spaces, and the form that they came in. */
export interface PciInput {
  readonly devices: readonly DumpedDevice[];
  /** `dump` is the text of lspci, `raw` one config space, `folder` files of such. */
  readonly form: 'dump' | 'raw' | 'folder';
}

/** Where Linux shows the devices of the machine. */
const sysfsDevices = '/sys/bus/pci/devices';

/**
 * Reads config spaces: the text of lspci, one raw config space (a file or hex digits), a folder of them.
 *
 * @param argument undefined: standard input where something is sent there, else the devices of this machine
 */
export function readPci(argument: string | undefined): PciInput {
  const chosen = argument ?? (isSent(0) ? '-' : sysfsDevices);
  if (argument === undefined && chosen === sysfsDevices && !isFolder(chosen)) {
    throw new UsageError(
      'this machine shows no PCI devices',
      'uapi pci FILE reads what `lspci -xxxx` printed',
    );
  }
  if (isFolder(chosen)) return { devices: readFolder(chosen), form: 'folder' };
  const { bytes, name, path } = readInput(chosen);
  if (path !== null || chosen === '-') {
    // A config space begins with ids and flags and is never all text; nothing longer is one.
    if (looksLikeText(bytes.subarray(0, configMax))) return { devices: dumpOf(bytes, name), form: 'dump' };
  }
  return { devices: [rawDevice(bytes, name, path === null ? null : slotOf(path))], form: 'raw' };
}

function dumpOf(bytes: Uint8Array, name: string): readonly DumpedDevice[] {
  const devices = parseDump(bytes, name);
  if (devices.some((device) => device.bytes.length > 0)) return devices;
  throw new UsageError(
    `${name} holds no config space: no lines of hex digits as in "00: 86 80 ..."`,
    'lspci -xxxx prints them (-xxx without the extended ones, -x only headers)',
  );
}

function rawDevice(bytes: Uint8Array, name: string, slot: string | null): DumpedDevice {
  if (bytes.length > configMax) {
    throw new UsageError(`${name}: ${bytes.length} bytes, but a config space has at most ${configMax}`);
  }
  return { slot, title: '', bytes };
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
  return { slot, title: '', bytes };
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
