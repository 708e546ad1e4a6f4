import * as uapi from '../generated/ts/ioas.ts';
import type { Arguments } from './arguments.ts';
import { hardwareCommand } from './hardware-command.ts';
import type { ScriptWorld } from './machine.ts';
import { called, hex, type Outcome, type Verb } from './step-result.ts';

const caches = { iotlb: uapi.IOAS_CACHE_IOTLB, atc: uapi.IOAS_CACHE_DEV_IOTLB, pasid: uapi.IOAS_CACHE_PASID };

/** Calls that make hardware forget. */
export const invalidateVerbs: Readonly<Record<string, Verb>> = {
  invalidate: {
    usage: 'invalidate IOAS [addr=N size=N] [pasid=N] [label=N] [caches=iotlb,atc,pasid]',
    run: invalidate,
  },
  'invalidate-device': {
    usage: 'invalidate-device label=N [caches=iotlb,atc,pasid]',
    run(world, args) {
      const label = args.requiredNumber('label');
      const wanted = cachesOf(args);
      args.finish();
      return called(`DEVICE_INVALIDATE label=${hex(label)}`, world.calls.invalidateDevice(label, wanted));
    },
  },
  hw: {
    usage: 'hw IOAS COMMAND [label=N] [pasid=N] [asid=N] [addr=N] [pages=N]',
    run(world, args) {
      const ioas = world.space(args);
      const name = args.word('a command');
      const { type, bytes, shown } = hardwareCommand(name, args);
      args.finish();
      const { done, result } = world.calls.invalidateHardware(ioas, type, [bytes]);
      return called(`HW_INVALIDATE ${world.spaceName(ioas)}: ${shown}`, result, () => `${done} done`);
    },
  },
};

function invalidate(world: ScriptWorld, args: Arguments): Outcome {
  const ioas = world.space(args);
  const [addr, size, label, pasid] = [
    args.number('addr'),
    args.number('size'),
    args.number('label'),
    args.small('pasid'),
  ];
  const wanted = cachesOf(args);
  if (addr === undefined) args.refuse('needs addr=', ['size']);
  args.finish();
  const granularity =
    addr !== undefined
      ? uapi.IOAS_INV_GRANU_ADDR
      : pasid !== undefined
        ? uapi.IOAS_INV_GRANU_PASID
        : uapi.IOAS_INV_GRANU_DOMAIN;
  const range = addr === undefined ? 'all' : `${hex(addr)} size ${hex(size ?? 0n)}`;
  const result = world.calls.invalidate(ioas, {
    granularity,
    caches: wanted,
    addr: addr ?? 0n,
    size: size ?? 0n,
    ...(label === undefined ? {} : { label }),
    ...(pasid === undefined ? {} : { pasid }),
  });
  return called(`INVALIDATE_CACHE ${world.spaceName(ioas)} ${range}`, result);
}

function cachesOf(args: Arguments): number {
  const text = args.text('caches');
  return text === undefined
    ? 0
    : text.split(',').reduce((sum, one) => sum | args.choice(one, 'a cache', caches), 0);
}
