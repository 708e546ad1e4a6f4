import type { Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** Parts of an input with PCI devices. */
export const pciOptions: readonly Option[] = [
  repeatable('--slot <SLOT>', 'only this device: 00:1f.0, 0000:00:1f.0'),
  repeatable('--only <CAPABILITY>', 'only this capability: pci_cap_exp, exp, msi, aer, 0x10, header'),
];
