import type { Command } from 'commander';
import { UsageError } from '../../base/usage-error.ts';
import { encodeSpace } from '../../chain/space.ts';
import type { SpaceFormat } from '../../chain/space-format.ts';
import {
  capabilitiesOf,
  decodeDevices,
  knownNames,
  namesOf,
  type PciCapability,
  type PciDevice,
} from '../../pci/device.ts';
import { formatDump } from '../../pci/dump-text.ts';
import { deviceJson } from '../../pci/json.ts';
import { parseSlot } from '../../read/slot.ts';
import type { ExitStatus, Finish } from '../exit-status.ts';
import { addOptions } from '../options/add-options.ts';
import { rawInputOption } from '../options/payload-options.ts';
import { pciOptions } from '../options/pci-options.ts';
import { chosenDetail, type DetailChoice, detailOptions, jsonOption } from '../options/print-options.ts';
import { type SchemaChoice, schemaOptions } from '../options/schema-options.ts';
import { type PciInput, readPci } from '../pci-input.ts';
import { pciFormat } from '../schemas/pci-format.ts';
import { type Output, printJson } from '../terminal/output.ts';

interface PciOptions extends DetailChoice, SchemaChoice {
  readonly slot?: readonly string[];
  readonly only?: readonly string[];
  readonly raw?: boolean;
  readonly json?: boolean;
  readonly rawInput?: boolean;
}

const help = `
INPUT: the text of lspci -x, -xxx or -xxxx (with -v or without, .gz too), a raw config space, a folder of them
(/sys/bus/pci/devices, or files named like 0000:00:1f.0), - for standard input, or hex digits. Kernel logs with
pci=earlydump, quoted mails, and dumps of config files by hexdump -C, xxd or od are read, too (docs/commands.md).
Without INPUT: standard input if something is sent there, otherwise the devices of this machine.
Bytes that a dump leaves out below its end are reported, and count as 0xff. Vendors and devices are named from the machine's pci.ids
(UAPIKIT_PCI_IDS names another list). NO_COLOR switches colours off.

--raw writes the config spaces again, encoded from the decoded values: as bytes if the input was one raw config space
or hex digits, otherwise as the text that lspci -xxxx prints.

Examples:
  lspci -xxxx | uapi pci
  uapi pci server.log --slot 00:1c.0 --only aer
  uapi pci /sys/bus/pci/devices --json
  uapi pci diff before.log after.log`;

/** `uapi pci`: config spaces taken apart. */
export function configurePci(command: Command, output: Output, finish: Finish): void {
  command
    .argument('[INPUT]', 'text of lspci, a raw config space, a folder of them, or hex digits')
    .option('--raw', 'encode the decoded values again');
  addOptions(command, pciOptions, detailOptions, schemaOptions, jsonOption, rawInputOption)
    .addHelpText('after', help)
    .action((input: string | undefined, options: PciOptions) => finish(runPci(input, options, output)));
  const diff = command
    .command('diff')
    .description(
      'what differs between two inputs, by device, capability and field; exit status 1 when something does',
    )
    .argument('<A>', 'an INPUT')
    .argument('<B>', 'another INPUT');
  addOptions(diff, pciOptions, schemaOptions, jsonOption, rawInputOption)
    .addHelpText('after', '\nExample:\n  uapi pci diff before.log after.log --only exp')
    .action((a: string, b: string, _: unknown, self: Command) =>
      finish(runDiff(a, b, self.optsWithGlobals<PciOptions>(), output)),
    );
}

async function runPci(
  argument: string | undefined,
  options: PciOptions,
  output: Output,
): Promise<ExitStatus> {
  const input = readPci(argument, { raw: options.rawInput, output });
  const format = await pciFormat(options);
  const isWanted = await wantedBy(format, options.only);
  const devices = decodeDevices(format, chosen(input, options.slot));
  if (options.raw) {
    writeRaw(input, format, devices, output);
    return 0;
  }
  if (options.json) {
    printJson(
      output,
      devices.map((device) => deviceJson(device, isWanted)),
    );
    return 0;
  }
  const [{ deviceLines }, { loadPciNames }, { styleFor }] = await Promise.all([
    import('../../pci/text.ts'),
    import('../pci-ids.ts'),
    import('../terminal/style.ts'),
  ]);
  const names = loadPciNames();
  const tree = { style: styleFor(output), detail: chosenDetail(options), width: 100 } as const;
  const shown = options.only === undefined ? devices : devices.filter((device) => hasAny(device, isWanted));
  for (const [i, device] of shown.entries()) {
    if (i > 0) output.line('');
    output.line(deviceLines(device, { format, names, tree, isWanted }).join('\n'));
  }
  if (shown.length === 0) output.note(`no device has ${options.only?.join(' or ')}`);
  return 0;
}

async function runDiff(a: string, b: string, options: PciOptions, output: Output): Promise<ExitStatus> {
  const how = { raw: options.rawInput, output };
  const [before, after] = [readPci(a, how), readPci(b, how)];
  const format = await pciFormat(options);
  const [{ diffJson, diffLines, diffDevices }, { styleFor }] = await Promise.all([
    import('../../pci/diff.ts'),
    import('../terminal/style.ts'),
  ]);
  const isWanted = await wantedBy(format, options.only);
  const differences = diffDevices(
    format,
    decodeDevices(format, chosen(before, options.slot)),
    decodeDevices(format, chosen(after, options.slot)),
    isWanted,
  );
  if (options.json) printJson(output, diffJson(differences));
  else for (const line of diffLines(differences, styleFor(output))) output.line(line);
  return differences.length === 0 ? 0 : 1;
}

/** The devices that were asked for. */
function chosen({ devices }: PciInput, slots: readonly string[] | undefined): PciInput['devices'] {
  if (slots === undefined) return devices;
  const wanted = slots.map((slot) => {
    const parsed = parseSlot(slot);
    if (parsed === null)
      throw new UsageError(`--slot ${slot} is not an address like 00:1f.0 or 0000:00:1f.0`);
    return withDomain(parsed);
  });
  const found = devices.filter(({ slot }) => slot !== null && wanted.includes(withDomain(slot)));
  if (found.length > 0) return found;
  const known = devices.flatMap(({ slot }) => slot ?? []);
  const some = `${known.slice(0, 12).join(', ')}${known.length > 12 ? ', ...' : ''}`;
  throw new UsageError(
    `no device ${slots.join(', ')}`,
    known.length === 0 ? 'the devices of this input have no addresses' : `there are ${some}`,
  );
}

function withDomain(slot: string): string {
  const [function_ = '', bus = '', domain = '0'] = slot.split(':').reverse();
  return `${Number.parseInt(domain, 16)}:${bus}:${function_}`;
}

/** Whether a capability is one of those that were asked for. */
async function wantedBy(
  format: SpaceFormat,
  only: readonly string[] | undefined,
): Promise<(capability: PciCapability | 'header') => boolean> {
  if (only === undefined) return () => true;
  const known = [...knownNames(format), 'header', 'std', 'ext'];
  const wanted = only.map((name) => name.toLowerCase());
  for (const name of wanted) {
    if (known.includes(name) || /^0x[0-9a-f]+$/.test(name)) continue;
    const { didYouMean } = await import('../../base/suggestion.ts');
    throw new UsageError(
      `--only ${name}: no such capability${didYouMean(name, known)}`,
      'uapi list pci_cap shows the standard ones, uapi list pci_ext_cap the extended ones',
    );
  }
  return (capability) =>
    capability === 'header'
      ? wanted.includes('header')
      : namesOf(format, capability).some((name) => wanted.includes(name));
}

function hasAny(device: PciDevice, isWanted: (capability: PciCapability | 'header') => boolean): boolean {
  return isWanted('header') || capabilitiesOf(device).some(isWanted);
}

function writeRaw(input: PciInput, format: SpaceFormat, devices: readonly PciDevice[], output: Output): void {
  if (input.form === 'raw') {
    for (const { space } of devices) output.bytes(encodeSpace(format, space));
    return;
  }
  for (const device of devices) {
    // The line after the last byte is empty, as lspci leaves it between devices.
    output.line(formatDump({ ...device, bytes: encodeSpace(format, device.space) }));
  }
}
