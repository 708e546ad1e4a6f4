import {
  IOAS_ALLOC_ENFORCE_SNOOP,
  IOAS_ALLOC_NESTED,
  IOAS_ALLOC_USER_PASID_TABLE,
  IOAS_ALLOC_USER_PGTABLE,
  IOAS_TYPE_ANY,
  IOAS_TYPE_KERNEL_TYPE1V2,
  type IoasAlloc,
  type IoasCreateNesting,
  type IoasFree,
} from '../generated/ts/ioas.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import type { CallData } from './call-data.ts';
import { Ioas, type IoasContext, type IoasOptions } from './objects.ts';
import { nestingOf } from './properties.ts';
import { notReady } from './readiness.ts';
import { setTable, tableFor } from './user-table.ts';

const knownFlags =
  IOAS_ALLOC_ENFORCE_SNOOP | IOAS_ALLOC_USER_PGTABLE | IOAS_ALLOC_USER_PASID_TABLE | IOAS_ALLOC_NESTED;
const userTable = IOAS_ALLOC_USER_PGTABLE | IOAS_ALLOC_USER_PASID_TABLE;

/** IOAS_ALLOC. @returns the id */
export function alloc(ictx: IoasContext, cmd: IoasAlloc, data: CallData): number | Refusal {
  const { flags, type, addr_width: addrWidth } = cmd;
  const { strictAlloc, nestedAlloc } = ictx.profile;
  const known = nestedAlloc ? knownFlags : IOAS_ALLOC_ENFORCE_SNOOP;
  if ((flags & ~known) !== 0) return refuse('EINVAL', 'known-flags');
  if (strictAlloc && (flags & IOAS_ALLOC_ENFORCE_SNOOP) === 0) return refuse('EINVAL', 'known-flags');
  const typeKnown = type === IOAS_TYPE_KERNEL_TYPE1V2 || (type === IOAS_TYPE_ANY && !strictAlloc);
  if (!typeKnown) return refuse('EINVAL', 'known-type');
  const nested = (flags & IOAS_ALLOC_NESTED) !== 0;
  if (!nested && (flags & userTable) !== 0) return refuse('EINVAL', 'root-by-kernel');
  if ((flags & userTable) === userTable) return refuse('EINVAL', 'one-table');
  if (addrWidth > 64) return refuse('EINVAL', 'width');
  const enforceSnoop = (flags & IOAS_ALLOC_ENFORCE_SNOOP) !== 0;
  if (!nested) return publish(new Ioas(ictx, { parent: null, nesting: null, addrWidth, enforceSnoop }));
  return allocNested(ictx, cmd, data);
}

function allocNested(ictx: IoasContext, cmd: IoasAlloc, data: CallData): number | Refusal {
  const parent = ictx.ioas(cmd.parent);
  if (parent instanceof Refusal) return new Refusal(parent.errno, 'parent-exists');
  const user = (cmd.flags & userTable) !== 0;
  const enforceSnoop = (cmd.flags & IOAS_ALLOC_ENFORCE_SNOOP) !== 0;
  const child = makeChild(parent, { addrWidth: cmd.addr_width, enforceSnoop });
  if (child instanceof Refusal) return child;
  if (user !== child.isUserManaged) return refuse('EOPNOTSUPP', 'can-nest');
  if (user) {
    const kind = (cmd.flags & IOAS_ALLOC_USER_PGTABLE) !== 0 ? 'pgtable' : 'pasid-table';
    const table = tableFor(child, { ...cmd, kind }, data);
    if (table instanceof Refusal) return table;
    if (ictx.objects.free === null) return refuse('ENOSPC', 'ids');
    setTable(child, table);
  }
  return publish(child);
}

/** IOAS_CREATE_NESTING. @returns the id */
export function createNesting(ictx: IoasContext, cmd: IoasCreateNesting): number | Refusal {
  if (cmd.flags !== 0 || cmd.__reserved !== 0) return refuse('EINVAL', 'known-flags');
  const parent = ictx.ioas(cmd.parent);
  if (parent instanceof Refusal) return parent;
  const child = makeChild(parent, { addrWidth: 0, enforceSnoop: false });
  return child instanceof Refusal ? child : publish(child);
}

function makeChild(parent: Ioas, own: Pick<IoasOptions, 'addrWidth' | 'enforceSnoop'>): Ioas | Refusal {
  const refusal = notReady(parent);
  if (refusal !== null) return refusal;
  if (parent.parent !== null) return refuse('EINVAL', 'one-level');
  const nesting = nestingOf(parent);
  if (nesting === null) return refuse('EOPNOTSUPP', 'can-nest');
  return new Ioas(parent.ictx, { parent, nesting, ...own });
}

function publish(ioas: Ioas): number | Refusal {
  const id = ioas.ictx.objects.add(ioas);
  if (id === null) return refuse('ENOSPC', 'ids');
  ioas.id = id;
  ioas.parent?.children.add(ioas);
  return ioas.id;
}

/** IOAS_FREE. */
export function free(ictx: IoasContext, cmd: IoasFree): number | Refusal {
  const ioas = ictx.ioas(cmd.ioas);
  if (ioas instanceof Refusal) return ioas;
  if (ioas.attachments.length > 0) return refuse('EBUSY', 'not-attached');
  if (ioas.children.size > 0) return refuse('EBUSY', 'no-children');
  destroy(ioas);
  return 0;
}

/** Ends an address space that nothing uses. */
export function destroy(ioas: Ioas): void {
  const { objects, pinned } = ioas.ictx;
  if (ioas.parent === null)
    for (const { start, last, value } of ioas.mapped.areas.entries())
      pinned.unpin(value.address, value.address + (last - start), value.registered);
  ioas.setTable(null);
  ioas.parent?.children.delete(ioas);
  objects.delete(ioas.id);
}
