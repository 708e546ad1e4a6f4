import { type Abi, abis } from '../layout/abi.ts';
import type { Model } from '../model/model.ts';
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
 * The abi of the machine that a trace was recorded on, and the schemas as of its kernel or of the one that is chosen.
 *
 * @throws UsageError where the trace names no release and none is chosen
 */
export function traceModels(
  header: TraceHeader,
  { kernel, schema }: { readonly kernel?: string; readonly schema?: readonly string[] },
): { readonly abi: Abi; readonly models: readonly Model[] } {
  const machine = header.machine.replace(/^i[3-6]86$/, 'i386');
  const abi =
    machine === 'i386' ? abis.i386 : /^(arm|armv\w+|riscv32|mips)$/.test(machine) ? abis.ilp32 : abis.lp64;
  const release = kernel ?? header.kernel;
  if (kernel === undefined && parseRelease(release) === undefined) {
    throw new UsageError(
      `the trace was recorded on ${JSON.stringify(release)}, which is no release: --kernel chooses one`,
    );
  }
  const usual = Catalog.load(schema);
  const same = usual.models.every(({ release: own }) => own !== null && formatRelease(own) === release);
  const { models } = same ? usual : Catalog.load(schema, release);
  return { abi, models };
}
