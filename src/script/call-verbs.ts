import * as uapi from '../generated/ts/ioas.ts';
import type { Result } from '../ioas/index.ts';
import type { Arguments } from './arguments.ts';
import type { ScriptWorld } from './machine.ts';
import { called, hex, type Outcome, pasidOf, perm, type Verb } from './step-result.ts';

/** Calls that make address spaces, and use them. */
export const callVerbs: Readonly<Record<string, Verb>> = {
  bind: {
    usage: 'bind DEVICE label=N',
    run(world, args) {
      const device = world.device(args);
      const label = args.requiredNumber('label');
      args.finish();
      const result = world.calls.bind(device, label);
      return called(`BIND ${device.name} label=${hex(label)}`, result, (id) => `device ${id}`);
    },
  },
  unbind: {
    usage: 'unbind DEVICE',
    run(world, args) {
      const device = world.device(args);
      args.finish();
      return called(`UNBIND ${device.name}`, world.calls.unbind(device));
    },
  },
  alloc: {
    usage: 'NAME = alloc [width=BITS]',
    run(world, args) {
      const addr_width = args.small('width') ?? 0;
      args.finish();
      const strict = world.calls.file.context.profile.strictAlloc;
      const flags = strict ? uapi.IOAS_ALLOC_ENFORCE_SNOOP : 0;
      return made('ALLOC', world.calls.alloc({ flags, type: uapi.IOAS_TYPE_KERNEL_TYPE1V2, addr_width }));
    },
  },
  free: {
    usage: 'free IOAS',
    run(world, args) {
      const ioas = world.space(args);
      args.finish();
      return called(`FREE ${world.spaceName(ioas)}`, world.calls.free(ioas));
    },
  },
  nest: {
    usage: 'NAME = nest PARENT [table=TABLE [asid=N]]',
    run: nest,
  },
  attach: { usage: 'attach DEVICE IOAS [pasid=N]', run: (world, args) => attachment(world, args, 'attach') },
  detach: { usage: 'detach DEVICE IOAS [pasid=N]', run: (world, args) => attachment(world, args, 'detach') },
  map: {
    usage: 'map IOAS iova=N to=N size=N [access=r|w|rw]',
    run(world, args) {
      const ioas = world.space(args);
      const [iova, vaddr, size] = ['iova', 'to', 'size'].map((key) => args.requiredNumber(key)) as [
        bigint,
        bigint,
        bigint,
      ];
      const flags = perm(args);
      args.finish();
      const shown = `MAP ${world.spaceName(ioas)} ${hex(iova)} -> ${hex(vaddr)} size ${hex(size)}`;
      return called(shown, world.calls.map(ioas, { iova, vaddr, size, flags }));
    },
  },
  unmap: {
    usage: 'unmap IOAS iova=N size=N',
    run(world, args) {
      const ioas = world.space(args);
      const [iova, size] = ['iova', 'size'].map((key) => args.requiredNumber(key)) as [bigint, bigint];
      args.finish();
      const shown = `UNMAP ${world.spaceName(ioas)} ${hex(iova)} size ${hex(size)}`;
      return called(shown, world.calls.unmap(ioas, iova, size));
    },
  },
  'bind-table': {
    usage: 'bind-table IOAS TABLE [asid=N]',
    run(world, args) {
      const ioas = world.space(args);
      const name = args.word('a page table');
      const table = world.table(args, name);
      const data = tableData(args);
      args.finish();
      const shown = `BIND_PGTABLE ${world.spaceName(ioas)} ${name}`;
      return called(
        shown,
        world.calls.bindPgtable(ioas, { format: table.format.id, addr: table.root, data }),
      );
    },
  },
  respond: {
    usage: 'respond IOAS label=N code=success|invalid [fault=N]',
    run(world, args) {
      const ioas = world.space(args);
      const label = args.requiredNumber('label');
      const code = args.choice(args.required('code'), 'code', { success: 0, invalid: 1 });
      const fault = args.small('fault') ?? 0;
      args.finish();
      const shown = `PAGE_RESPONSE ${world.spaceName(ioas)} label=${hex(label)} code=${code}`;
      return called(shown, world.calls.respond(ioas, { label, code, fault }));
    },
  },
};

function made(shown: string, result: Result<number>): Outcome {
  const outcome = called(shown, result, (id) => `ioas ${id}`);
  return result.ok ? { ...outcome, id: result.value } : outcome;
}

function nest(world: ScriptWorld, args: Arguments): Outcome {
  const parent = world.space(args);
  const name = args.text('table');
  const shown = `on ${world.spaceName(parent)}`;
  if (name === undefined) {
    args.finish();
    return made(`CREATE_NESTING ${shown}`, world.calls.createNesting(parent));
  }
  const table = world.table(args, name);
  const data = tableData(args);
  args.finish();
  const flags = uapi.IOAS_ALLOC_NESTED | uapi.IOAS_ALLOC_USER_PGTABLE;
  const { format, root } = table;
  return made(
    `ALLOC ${shown} with ${name}`,
    world.calls.alloc({ flags, parent, format: format.id, addr: root, data }),
  );
}

function tableData(args: Arguments): Uint8Array {
  const asid = args.small('asid');
  if (asid === undefined) return new Uint8Array(0);
  const data = new Uint8Array(8);
  uapi.encodeIoasPgtableSmmuv3S1({ asid }, new DataView(data.buffer));
  return data;
}

function attachment(world: ScriptWorld, args: Arguments, verb: 'attach' | 'detach'): Outcome {
  const device = world.device(args);
  const ioas = world.space(args);
  const pasid = pasidOf(args);
  args.finish();
  const shown = `${verb.toUpperCase()} ${device.name} ${world.spaceName(ioas)}${pasid === null ? '' : ` PASID ${pasid}`}`;
  return called(shown, world.calls[verb](device, ioas, pasid));
}
