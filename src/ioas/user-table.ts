import {
  decodeIoasPgtableAmdV2,
  decodeIoasPgtableSmmuv3S1,
  decodeIoasPgtableVtdS1,
  IOAS_FORMAT_AMD_V2,
  IOAS_FORMAT_SMMUV3_CD,
  IOAS_FORMAT_SMMUV3_S1,
  type IoasBindPasidTable,
  type IoasBindPgtable,
  type IoasUnbind,
  sizeofIoasPgtableVtdS1,
} from '../generated/ts/ioas.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import type { HwCommand } from '../iommu/machine/command.ts';
import type { HardwareDriver } from '../iommu/machine/driver.ts';
import type { PageTableFormat } from '../iommu/machine/page-table.ts';
import type { CallData } from './call-data.ts';
import { flushCommand, flushPasidCache } from './flush.ts';
import type { Ioas, IoasContext, UserTable } from './objects.ts';
import { notReady } from './readiness.ts';
import { reroute } from './routing.ts';

const pageSize = BigInt(PAGE_SIZE);

/** Where a table of the caller's is, and how it looks. */
export interface TableArguments {
  readonly kind: UserTable['kind'];
  readonly format: number;
  readonly addr: bigint;
  readonly data_uptr: bigint;
  readonly data_len: number;
  readonly pasid_bits: number;
}

/** IOAS_BIND_PGTABLE. */
export function bindPgtable(ictx: IoasContext, cmd: IoasBindPgtable, data: CallData): number | Refusal {
  if (cmd.flags !== 0 || cmd.__reserved !== 0) return refuse('EINVAL', 'known-flags');
  return bind(ictx, cmd.ioas, { ...cmd, kind: 'pgtable', pasid_bits: 0 }, data);
}

/** IOAS_BIND_PASID_TABLE. */
export function bindPasidTable(ictx: IoasContext, cmd: IoasBindPasidTable, data: CallData): number | Refusal {
  if (cmd.flags !== 0 || cmd.__reserved !== 0) return refuse('EINVAL', 'known-flags');
  return bind(ictx, cmd.ioas, { ...cmd, kind: 'pasid-table', data_uptr: 0n, data_len: 0 }, data);
}

function bind(ictx: IoasContext, id: number, args: TableArguments, data: CallData): number | Refusal {
  const ioas = ictx.ioas(id);
  if (ioas instanceof Refusal) return ioas;
  const refusal = notReady(ioas);
  if (refusal !== null) return refusal;
  if (ioas.parent === null) return refuse('EINVAL', 'nested');
  const table = tableFor(ioas, args, data);
  if (table instanceof Refusal) return table;
  setTable(ioas, table);
  return 0;
}

/**
 * Sets the table of an address space that has none, or takes it away, and makes its devices use it. The hardware hears of
 * the table first and then forgets what the other way to translate left, PASID table entries before translations: else it
 * could cache them again in between.
 */
export function setTable(ioas: Ioas, table: UserTable | null): void {
  const kind = (table ?? ioas.table)?.kind;
  const stale = ioas.attachments.map((attachment) => flushCommand(attachment));
  ioas.setTable(table);
  for (const [index, attachment] of ioas.attachments.entries()) {
    const { unit } = attachment.device.hw;
    reroute(attachment.device, attachment);
    if (kind === 'pasid-table') flushPasidCache(attachment, 'any');
    unit.submit(table === null ? (stale[index] as HwCommand) : flushCommand(attachment));
  }
}

/** IOAS_UNBIND_PGTABLE, IOAS_UNBIND_PASID_TABLE. */
export function unbindTable(ictx: IoasContext, cmd: IoasUnbind, kind: UserTable['kind']): number | Refusal {
  const ioas = ictx.ioas(cmd.ioas);
  if (ioas instanceof Refusal) return ioas;
  if (ioas.table?.kind !== kind) return refuse('EINVAL', 'bound');
  setTable(ioas, null);
  return 0;
}

/** What the arguments of a call make as the table of a nested address space. */
export function tableFor(ioas: Ioas, args: TableArguments, data: CallData): UserTable | Refusal {
  if (ioas.nesting !== 'hardware') return refuse('EOPNOTSUPP', 'hardware-nesting');
  const [driver] = ioas.drivers.length > 0 ? ioas.drivers : (ioas.parent?.drivers ?? []);
  if (driver === undefined) return refuse('EOPNOTSUPP', 'format-known');
  return args.kind === 'pgtable' ? pgtable(ioas, driver, args, data) : pasidTable(ioas, driver, args);
}

function pasidTable(
  ioas: Ioas,
  driver: HardwareDriver,
  { format, addr, pasid_bits }: TableArguments,
): UserTable | Refusal {
  if (driver.userPasidBits === 0 || format !== IOAS_FORMAT_SMMUV3_CD)
    return refuse('EOPNOTSUPP', 'format-known');
  if (ioas.table !== null) return refuse('EBUSY', 'not-bound');
  if (addr % 64n !== 0n) return refuse('EINVAL', 'table-aligned');
  if (pasid_bits > driver.userPasidBits) return refuse('EINVAL', 'pasid-width');
  if (!isDelegable(ioas)) return refuse('EINVAL', 'delegated');
  return { kind: 'pasid-table', base: addr, pasidBits: pasid_bits };
}

/** Whether its devices have no PASIDs that the kernel gave, so that their PASIDs can all be the caller's. */
export function isDelegable({ devices }: Ioas): boolean {
  return devices.every(({ mediated, usesPasids }) => !mediated && !usesPasids);
}

function pgtable(
  ioas: Ioas,
  driver: HardwareDriver,
  args: TableArguments,
  data: CallData,
): UserTable | Refusal {
  const format = driver.pageTables.find(({ id }) => id === args.format);
  if (format === undefined) return refuse('EOPNOTSUPP', 'format-known');
  if (ioas.table !== null) return refuse('EBUSY', 'not-bound');
  if (args.addr % pageSize !== 0n) return refuse('EINVAL', 'table-aligned');
  // All formats have data of one size.
  const size = sizeofIoasPgtableVtdS1;
  if (args.data_len !== 0 && args.data_len !== size) return refuse('EINVAL', 'data-length');
  const bytes = args.data_len === 0 ? new Uint8Array(size) : data.read(args.data_uptr, size);
  if (bytes === null) return refuse('EFAULT', 'data-readable');
  const details = detailsOf(format, new DataView(bytes.buffer, bytes.byteOffset));
  if (details === null) return refuse('EINVAL', 'data-valid');
  const taken = (ioas.parent?.asids.get(details.asid) ?? 0) > 0;
  if (driver.usesGuestAsids && taken) return refuse('EEXIST', 'tag-free');
  return { kind: 'pgtable', format, root: args.addr, ...details };
}

/** What the data of a format says; null where it is not valid. Without data: 48 bits, ASID 0. */
function detailsOf(
  { id }: PageTableFormat,
  view: DataView,
): { readonly levels: number; readonly asid: number } | null {
  if (id === IOAS_FORMAT_SMMUV3_S1) {
    const { asid, __reserved } = decodeIoasPgtableSmmuv3S1(view);
    return asid <= 0xffff && __reserved === 0 ? { levels: 4, asid } : null;
  }
  if (id === IOAS_FORMAT_AMD_V2)
    return decodeIoasPgtableAmdV2(view).__reserved === 0 ? { levels: 4, asid: 0 } : null;
  const { addr_width, __reserved } = decodeIoasPgtableVtdS1(view);
  if (__reserved !== 0 || ![0, 48].includes(addr_width)) return null;
  return { levels: 4, asid: 0 };
}
