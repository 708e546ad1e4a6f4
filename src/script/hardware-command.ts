import * as uapi from '../generated/ts/ioas.ts';
import type { Arguments } from './arguments.ts';
import { scriptError } from './parse.ts';

/** A guest's command as bytes. */
export interface HardwareWords {
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly shown: string;
}

const smmuCommands = {
  'cfgi-cd': uapi.IOAS_SMMUV3_CFGI_CD,
  'cfgi-cd-all': uapi.IOAS_SMMUV3_CFGI_CD_ALL,
  'tlbi-all': uapi.IOAS_SMMUV3_TLBI_NH_ALL,
  'tlbi-asid': uapi.IOAS_SMMUV3_TLBI_NH_ASID,
  'tlbi-va': uapi.IOAS_SMMUV3_TLBI_NH_VA,
  'tlbi-vaa': uapi.IOAS_SMMUV3_TLBI_NH_VAA,
  'atc-inv': uapi.IOAS_SMMUV3_ATC_INV,
};

/** The operands of each; `pasid` of a TLBI is where number and scale of a range stand. */
const operandNames: Readonly<Record<string, readonly string[]>> = {
  'cfgi-cd': ['label', 'pasid'],
  'cfgi-cd-all': ['label'],
  'tlbi-all': [],
  'tlbi-asid': ['asid'],
  'tlbi-va': ['asid', 'addr', 'pasid'],
  'tlbi-vaa': ['addr', 'pasid'],
  'atc-inv': ['label', 'pasid', 'addr', 'pages'],
  'vtd-inv': ['addr', 'pages'],
};

/** Command of VT-d among those of SMMUv3. */
const vtdCommand = -1;
/** log2 of the pages that mean everything. */
const allPages = 52;

/**
 * The bytes of a command from words of a script.
 *
 * @throws UsageError for a command that is none, or an operand that does not fit
 */
export function hardwareCommand(name: string, args: Arguments): HardwareWords {
  const opcode = args.choice(name, 'the command', { ...smmuCommands, 'vtd-inv': vtdCommand });
  const operandsOf: readonly string[] = operandNames[name] ?? [];
  args.refuse(
    `is not an operand of ${name}`,
    ['label', 'asid', 'pasid', 'addr', 'pages'].filter((key) => !operandsOf.includes(key)),
  );
  const [label, asid, ssid] = [args.small('label'), args.small('asid'), args.small('pasid')];
  const [address, pages] = [args.number('addr'), args.number('pages')];
  if (address === undefined) args.refuse('needs addr=', ['pages']);
  if ((asid ?? 0) > 0xffff || (ssid ?? 0) > 0xf_ffff)
    throw scriptError(args.place, 'asid has at most 16 bits, pasid 20');
  const operands = [
    ...(label === undefined ? [] : [`label=0x${label.toString(16)}`]),
    ...(ssid === undefined ? [] : [`ssid=${ssid}`]),
    ...(asid === undefined ? [] : [`asid=${asid}`]),
    ...(address === undefined ? [] : [`addr=0x${address.toString(16)}`]),
    ...(pages === undefined ? [] : [`pages=${pages}`]),
  ];
  const shown = [name, ...operands].join(' ');
  if (opcode === vtdCommand) {
    const bytes = new Uint8Array(uapi.sizeofIoasVtdInv);
    const npages = address === undefined ? 2n ** 64n - 1n : (pages ?? 1n);
    uapi.encodeIoasVtdInv({ addr: address ?? 0n, npages }, new DataView(bytes.buffer));
    return { type: uapi.IOAS_HW_VTD_S1, bytes, shown };
  }
  const bytes = new Uint8Array(uapi.sizeofIoasSmmuv3Cmd);
  const ofDevice = label ?? 0;
  const target = asid === undefined ? { vmid: ofDevice & 0xffff, asid: ofDevice >>> 16 } : { vmid: 0, asid };
  const atc = opcode === uapi.IOAS_SMMUV3_ATC_INV;
  const operand = { size: atc ? sizeOf(args, address, pages) : 0, page: (address ?? 0n) >> 12n };
  const head = { opcode, ssv: ssid === undefined ? 0 : 1, ssid: ssid ?? 0 };
  uapi.encodeIoasSmmuv3Cmd({ head, target, operand }, new DataView(bytes.buffer));
  return { type: uapi.IOAS_HW_SMMUV3, bytes, shown };
}

function sizeOf(args: Arguments, address: bigint | undefined, pages: bigint | undefined): number {
  if (address === undefined) return allPages;
  const count = pages ?? 1n;
  if (count === 0n || (count & (count - 1n)) !== 0n)
    throw scriptError(args.place, `pages is ${count}, expected a power of two`);
  return count.toString(2).length - 1;
}
