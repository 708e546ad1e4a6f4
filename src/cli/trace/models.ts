import { UsageError } from '../../base/usage-error.ts';
import { sameIoctlNumbers } from '../../codec/runtime/ioctl-number.ts';
import { type Abi, abis } from '../../layout/abi.ts';
import { parseArchitecture } from '../../layout/architecture.ts';
import { formatRelease, parseRelease } from '../../model/release.ts';
import type { TraceHeader } from '../../trace/record.ts';
import type { SchemaChoice } from '../options/schema-options.ts';
import { Catalog } from '../schemas/catalog.ts';

/** Whether two traces need the same schemas. */
export function sameModels(one: TraceHeader, other: TraceHeader | undefined): boolean {
  return one.kernel === other?.kernel && one.machine === other.machine;
}

/**
 * The abi of the machine that a trace was recorded on, and the schemas as of its kernel and architecture or of those that
 * are chosen.
 *
 * @throws UsageError where the trace names no release and none is chosen
 */
export function traceModels(
  header: TraceHeader,
  choice: SchemaChoice,
): { readonly abi: Abi; readonly catalog: Catalog } {
  const machine = header.machine.replace(/^i[3-6]86$/, 'i386');
  const abi =
    machine === 'i386' ? abis.i386 : /^(arm|armv\w+|riscv32|mips)$/.test(machine) ? abis.ilp32 : abis.lp64;
  const { kernel } = choice;
  const release = kernel ?? header.kernel;
  if (kernel === undefined && parseRelease(release) === undefined) {
    throw new UsageError(
      `the trace was recorded on ${JSON.stringify(release)}, which is not a release: --kernel chooses one`,
    );
  }
  const chosen = { ...choice, arch: choice.arch ?? foreignArchitecture(header.machine) };
  const usual = Catalog.load({ ...chosen, kernel: undefined });
  const same = usual.models.every(({ release: own }) => own !== null && formatRelease(own) === release);
  return {
    abi,
    catalog: same && kernel === undefined ? usual : Catalog.load({ ...chosen, kernel: release }),
  };
}

/** The architecture of a machine with ioctl numbers of its own; undefined for the usual ones. */
function foreignArchitecture(machine: string): string | undefined {
  const architecture = parseArchitecture(machine);
  return architecture === undefined || sameIoctlNumbers(architecture, 'x86') ? undefined : architecture;
}
