import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { PciNames } from '../pci/names.ts';

/** Where systems keep the list of vendors, devices and classes. */
const places = [
  '/usr/share/misc/pci.ids',
  '/usr/share/hwdata/pci.ids',
  '/usr/share/misc/pci.ids.gz',
  '/usr/share/hwdata/pci.ids.gz',
  '/usr/share/pci.ids',
] as const;

/** The list of the machine, or of the file that UAPIKIT_PCI_IDS names; an empty one if there is neither. */
export function loadPciNames(environment: NodeJS.ProcessEnv = process.env): PciNames {
  const chosen = environment['UAPIKIT_PCI_IDS'];
  for (const place of chosen === undefined ? places : [chosen]) {
    try {
      const bytes = readFileSync(place);
      return new PciNames((place.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
    } catch {
      // The next place, then.
    }
  }
  return new PciNames('');
}
