import { ConfigRow } from './config-row.ts';
import { type DumpedDevice, OpenDevice } from './open-device.ts';
import { withoutLog, withoutPrefix } from './prefix.ts';
import { excerpt, ReadError } from './read-error.ts';
import { slotIn } from './slot.ts';

/** Devices that a dump may hold. */
const devicesMax = 0x1_0000;

/** A line that begins like a row of a dump. */
const damaged =
  /^(?:[0-9a-f]{2,8}: [0-9a-f]{2} [0-9a-f]{1,2}(?:\s|$)|[0-9a-f]{6,8} +[0-9a-f]{2} [0-9a-f]{2} )/i;

/** A row of hexdump, xxd, od or the kernel; at the start of a config space. */
const dumpRow = /^[0-9a-f]{4,8}(?::| ) *[0-9a-f]{2}/i;
const firstRow = /^0{4,8}(?::| ) *[0-9a-f]{2}/i;

/** Config spaces of a text. */
export interface ConfigDump {
  readonly devices: readonly DumpedDevice[];
  /** What prints such text if it is not lspci. */
  readonly form: string | null;
}

/**
 * Reads config spaces from the text of `lspci -x`, `-xxx` or `-xxxx`, from the log of a kernel (pci=earlydump), or from
 * dumps of sysfs files (`hexdump -C`, xxd, od), as they are or quoted in a mail; any other lines may stand between them.
 *
 * @throws ReadError for a row that is damaged or outside of a config space
 */
export function readConfigDump(text: string): ConfigDump {
  const reader = new ConfigDumpReader();
  const row = new ConfigRow();
  let number = 0;
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    number++;
    row.read(text, start, end);
    if (row.length > 0) reader.row(row, text, start, end, number);
    else if (end > start) reader.line(text.slice(start, end), number);
    start = end + 1;
  }
  return reader.finish();
}

class ConfigDumpReader {
  readonly #devices: OpenDevice[] = [];
  readonly #row = new ConfigRow();
  #current: OpenDevice | null = null;

  /** A row of single bytes behind an offset, in a text from one place to another. */
  row(row: ConfigRow, text: string, start: number, end: number, number: number): void {
    const { offset } = row;
    const current = this.#current;
    // A dump that starts over without an address is another device.
    const isNew = current === null || (offset === 0 && current.hasBytes);
    const device = isNew ? this.#open(null, '') : current;
    if (!isNew && device.isDumped) device.addRow(text.slice(start, end).trim(), number, false);
    else device.put(row, number);
  }

  /** Any other line. */
  line(line: string, number: number): void {
    const logged = withoutLog(line);
    if (logged.text === '') return;
    const found = slotIn(logged.text);
    if (found !== null) {
      this.#open(found.slot, found.title);
      return;
    }
    const { text, isLogged } = withoutPrefix(line);
    this.#row.read(text, 0, text.length, true);
    if (this.#row.length > 0) {
      this.row(this.#row, text, 0, text.length, number);
      return;
    }
    if (this.#current?.wrap(text, number) === true) return;
    if (this.#dumpRow(text, number, isLogged)) return;
    if (damaged.test(text)) throw new ReadError(`damaged hex line ${excerpt(text)}`, { line: number });
  }

  /** A row of hexdump, xxd, od or the kernel. */
  #dumpRow(text: string, number: number, isLogged: boolean): boolean {
    const isFirst = firstRow.test(text);
    const current = this.#current;
    if (current === null || (isFirst && current.hasBytes)) {
      return isFirst && this.#open(null, '').addRow(text, number, isLogged);
    }
    const isRow = current.isDumped || (!current.hasBytes && dumpRow.test(text));
    return isRow && current.addRow(text, number, isLogged);
  }

  #open(slot: string | null, title: string): OpenDevice {
    if (this.#devices.length === devicesMax) throw new ReadError(`more than ${devicesMax} devices`);
    const device = new OpenDevice(slot, title);
    this.#devices.push(device);
    this.#current = device;
    return device;
  }

  finish(): ConfigDump {
    let form: string | null = null;
    const devices = this.#devices.map((device) => {
      const { form: own, ...dumped } = device.finish();
      form ??= own;
      return dumped;
    });
    return { devices, form };
  }
}
