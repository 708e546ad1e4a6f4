import {
  encodeIoasPgtableSmmuv3S1,
  IOAS_ALLOC_NESTED,
  IOAS_ALLOC_USER_PGTABLE,
} from '../../src/generated/ts/ioas.ts';
import {
  type HardwareDriver,
  smmuFormat,
  smmuv3Driver,
  withDeviceInvalidation,
} from '../../src/ioas/index.ts';
import { Bench, commandsDuring, labelOf, ok, READ, reach } from '../ioas/workbench.ts';
import type { BenchRow } from './row.ts';

const spaces = 10_000;

/**
 * An invalidation of a whole device, by the generic way and by the override of an IOMMU driver. What is compared is
 * hardware commands, which do not depend on the machine.
 */
export async function benchIoas(): Promise<readonly BenchRow[]> {
  const generic = commandsOf(smmuv3Driver);
  const overridden = commandsOf(withDeviceInvalidation(smmuv3Driver));
  return [
    {
      bench: 'ioas-device-invalidate',
      subject: 'driver override',
      peer: 'generic way',
      op: `a device with ${spaces} address spaces`,
      ratio: overridden / generic,
      mark: `hardware commands: ${overridden} instead of ${generic}`,
    },
  ];
}

function commandsOf(driver: HardwareDriver): number {
  const bench = new Bench({ driver });
  const { calls, d1, unit } = bench;
  const parent = bench.guest();
  const table = bench.table(smmuFormat);
  table.map(0x2000n, 0x3000n, READ);
  const flags = IOAS_ALLOC_NESTED | IOAS_ALLOC_USER_PGTABLE;
  for (let pasid = 1; pasid < spaces; pasid++) {
    const data = new Uint8Array(8);
    encodeIoasPgtableSmmuv3S1({ asid: pasid }, new DataView(data.buffer));
    const child = ok(calls.alloc({ flags, parent, format: smmuFormat.id, addr: table.root, data }));
    ok(calls.attach(d1, child, pasid));
    reach(d1, 0x2000n, pasid);
  }
  return commandsDuring(unit, () => ok(calls.invalidateDevice(labelOf(d1)))).length;
}
