import { hexOfBytes } from '../../base/hex.ts';
import { onOneLine } from '../../base/printable.ts';
import { UsageError } from '../../base/usage-error.ts';
import { parseAbi } from '../../layout/abi.ts';
import { type Difference, resultText } from '../../replay/difference.ts';
import type { ReplayedCall } from '../../replay/replayer.ts';
import type { IoctlRecord } from '../../trace/record.ts';
import { decodePayload } from '../payload/payload.ts';
import { payloadLines } from '../payload/text.ts';
import { Catalog } from '../schemas/catalog.ts';
import { codecsFor } from '../schemas/codecs.ts';
import { findTargets } from '../schemas/decode-target.ts';
import type { Output } from '../terminal/output.ts';
import { styleFor } from '../terminal/style.ts';

/** Bytes of a difference that are shown. */
const shownBytes = 32;

/** Prints calls on which the reference and the kernel differ. */
export class ReplayPrinter {
  readonly #output: Output;
  #catalog: Catalog | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  /** The decoded call, both answers, the check that answered, and what the call depends on. */
  async print(
    { record, result, differences, state }: ReplayedCall,
    test: string | null = null,
  ): Promise<void> {
    const style = styleFor(this.#output);
    const where = test === null ? '' : ` in ${test}`;
    const title = onOneLine(`seq ${record.seq}, line ${record.line}: ${nameOf(record)}${where}`);
    this.#output.line(style.heading(title));
    this.#lines(record.kind === 'ioctl' ? await this.#decoded(record) : dataLines(record));
    const check = result.check === null ? 'no check refused' : `check ${result.check}`;
    this.#lines([
      `kernel:    ${resultText(record.ret, record.errno)}`,
      `reference: ${resultText(result.ret, result.errno)}, ${check}`,
      ...differences.filter(({ what }) => what !== 'result').map(differenceText),
      ...state.map((line) => `state: ${line}`),
    ]);
    this.#output.line('');
  }

  #lines(lines: readonly string[]): void {
    // A line break that a trace holds does not start a line.
    for (const line of lines) this.#output.line(`  ${line.includes('\n') ? onOneLine(line) : line}`);
  }

  async #decoded({ cmd, in: bytes, value }: IoctlRecord): Promise<readonly string[]> {
    if (value !== null) return [`argument ${value}`];
    this.#catalog ??= Catalog.load();
    try {
      const [target] = findTargets(this.#catalog, `0x${cmd.toString(16)}`).filter(({ ioctl }) =>
        ioctl?.fds.some((fd) => fd === 'iommufd' || fd === 'vfio_container'),
      );
      if (target?.type.kind !== 'struct') return [`in ${hexOfBytes(bytes)}`];
      const { model } = target;
      const abi = parseAbi('lp64');
      if (abi === undefined) return [`in ${hexOfBytes(bytes)}`];
      const codecs = await codecsFor(model, abi);
      const payload = decodePayload({ model, struct: target.type.name, abi, codecs }, bytes);
      return payloadLines(payload, '', { style: styleFor(this.#output), detail: 'brief', width: 100 });
    } catch (error) {
      if (error instanceof UsageError) return [`in ${hexOfBytes(bytes)}`];
      throw error;
    }
  }
}

function nameOf(record: ReplayedCall['record']): string {
  if (record.kind === 'ioctl') return record.name;
  return record.kind === 'open' ? `open of ${record.path}` : `${record.kind} on fd ${record.fd}`;
}

function dataLines(record: Exclude<ReplayedCall['record'], IoctlRecord>): readonly string[] {
  if (record.kind === 'read') return [`${record.length} bytes`];
  return record.kind === 'write' ? [`data ${hexOfBytes(record.data)}`] : [];
}

function differenceText({ what, at, expected, actual }: Difference): string {
  const cut = (hex: string): string =>
    hex.length > 2 * shownBytes ? `${hex.slice(0, 2 * shownBytes)}...` : hex;
  return `${what} at 0x${at.toString(16)}: kernel ${cut(expected)}, reference ${cut(actual)}`;
}
