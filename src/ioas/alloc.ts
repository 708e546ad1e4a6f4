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
import { Ioas, type IoasOptions } from './address-space.ts';
import type { CallData } from './call-data.ts';
import type { IoasContext } from './context.ts';
import { Failure, fail } from './failure.ts';
import { nestingOf } from './properties.ts';
import { notReady } from './readiness.ts';
import { setTable, tableFor } from './user-table.ts';

const knownFlags =
  IOAS_ALLOC_ENFORCE_SNOOP | IOAS_ALLOC_USER_PGTABLE | IOAS_ALLOC_USER_PASID_TABLE | IOAS_ALLOC_NESTED;
const userTable = IOAS_ALLOC_USER_PGTABLE | IOAS_ALLOC_USER_PASID_TABLE;

/** IOAS_ALLOC. @returns the id */
export function alloc(ictx: IoasContext, cmd: IoasAlloc, data: CallData): number | Failure {
  const { flags, type, addr_width: addrWidth } = cmd;
  const { strictAlloc, nestedAlloc } = ictx.profile;
  const known = nestedAlloc ? knownFlags : IOAS_ALLOC_ENFORCE_SNOOP;
  if ((flags & ~known) !== 0) return fail('EINVAL', 'known-flags');
  if (strictAlloc && (flags & IOAS_ALLOC_ENFORCE_SNOOP) === 0) return fail('EINVAL', 'known-flags');
  const typeKnown = type === IOAS_TYPE_KERNEL_TYPE1V2 || (type === IOAS_TYPE_ANY && !strictAlloc);
  if (!typeKnown) return fail('EINVAL', 'known-type');
  const nested = (flags & IOAS_ALLOC_NESTED) !== 0;
  if (!nested && (flags & userTable) !== 0) return fail('EINVAL', 'root-by-kernel');
  if ((flags & userTable) === userTable) return fail('EINVAL', 'one-table');
  if (addrWidth > 64) return fail('EINVAL', 'width');
  const enforceSnoop = (flags & IOAS_ALLOC_ENFORCE_SNOOP) !== 0;
  if (!nested) return publish(new Ioas(ictx, { parent: null, nesting: null, addrWidth, enforceSnoop }));
  return allocNested(ictx, cmd, data);
}

function allocNested(ictx: IoasContext, cmd: IoasAlloc, data: CallData): number | Failure {
  const parent = ictx.ioas(cmd.parent);
  if (parent instanceof Failure) return new Failure(parent.errno, 'parent-exists');
  const user = (cmd.flags & userTable) !== 0;
  const enforceSnoop = (cmd.flags & IOAS_ALLOC_ENFORCE_SNOOP) !== 0;
  const child = makeChild(parent, { addrWidth: cmd.addr_width, enforceSnoop });
  if (child instanceof Failure) return child;
  if (user !== child.isUserManaged) return fail('EOPNOTSUPP', 'can-nest');
  if (user) {
    const kind = (cmd.flags & IOAS_ALLOC_USER_PGTABLE) !== 0 ? 'pgtable' : 'pasid-table';
    const table = tableFor(child, { ...cmd, kind }, data);
    if (table instanceof Failure) return table;
    if (ictx.objects.free === null) return fail('ENOSPC', 'ids');
    setTable(child, table);
  }
  return publish(child);
}

/** IOAS_CREATE_NESTING. @returns the id */
export function createNesting(ictx: IoasContext, cmd: IoasCreateNesting): number | Failure {
  if (cmd.flags !== 0 || cmd.__reserved !== 0) return fail('EINVAL', 'known-flags');
  const parent = ictx.ioas(cmd.parent);
  if (parent instanceof Failure) return parent;
  const child = makeChild(parent, { addrWidth: 0, enforceSnoop: false });
  return child instanceof Failure ? child : publish(child);
}

function makeChild(parent: Ioas, own: Pick<IoasOptions, 'addrWidth' | 'enforceSnoop'>): Ioas | Failure {
  const refusal = notReady(parent);
  if (refusal !== null) return refusal;
  if (parent.parent !== null) return fail('EINVAL', 'one-level');
  const nesting = nestingOf(parent);
  if (nesting === null) return fail('EOPNOTSUPP', 'can-nest');
  return new Ioas(parent.ictx, { parent, nesting, ...own });
}

function publish(ioas: Ioas): number | Failure {
  const { objects } = ioas.ictx;
  if (objects.free === null) return fail('ENOSPC', 'ids');
  ioas.id = objects.add(ioas);
  ioas.parent?.children.add(ioas);
  return ioas.id;
}

/** IOAS_FREE. */
export function free(ictx: IoasContext, cmd: IoasFree): number | Failure {
  const ioas = ictx.ioas(cmd.ioas);
  if (ioas instanceof Failure) return ioas;
  if (ioas.attachments.length > 0) return fail('EBUSY', 'not-attached');
  if (ioas.children.size > 0) return fail('EBUSY', 'no-children');
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
