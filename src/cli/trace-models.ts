import { sameIoctlNumbers } from '../codec/runtime/ioctl-number.ts';
import { type Abi, abis } from '../layout/abi.ts';
import { parseArchitecture } from '../layout/architecture.ts';
import { formatRelease, parseRelease } from '../model/release.ts';
import type { TraceHeader } from '../trace/record.ts';
import { Catalog } from './catalog.ts';
import { UsageError } from './usage-error.ts';

/** Kind of the file that traces are recorded on. */
export const tracedFile = 'iommufd';

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
  { kernel, arch, schema }: TraceChoice,
): { readonly abi: Abi; readonly catalog: Catalog } {
  const machine = header.machine.replace(/^i[3-6]86$/, 'i386');
  const abi =
    machine === 'i386' ? abis.i386 : /^(arm|armv\w+|riscv32|mips)$/.test(machine) ? abis.ilp32 : abis.lp64;
  const release = kernel ?? header.kernel;
  if (kernel === undefined && parseRelease(release) === undefined) {
    throw new UsageError(
      `the trace was recorded on ${JSON.stringify(release)}, which is no release: --kernel chooses one`,
    );
  }
  const architecture = arch ?? foreignArchitecture(header.machine);
  const usual = Catalog.load(schema, undefined, architecture);
  const same = usual.models.every(({ release: own }) => own !== null && formatRelease(own) === release);
  return { abi, catalog: same && kernel === undefined ? usual : Catalog.load(schema, release, architecture) };
}

/** What the user chooses instead of what a trace names, and beside it. */
export interface TraceChoice {
  readonly kernel?: string;
  readonly arch?: string;
  readonly schema?: readonly string[];
}

/** The architecture of a machine with ioctl numbers of its own; undefined for the usual ones. */
function foreignArchitecture(machine: string): string | undefined {
  const architecture = parseArchitecture(machine);
  return architecture === undefined || sameIoctlNumbers(architecture, 'x86') ? undefined : architecture;
}
