import type { Arguments } from './arguments.ts';
import type { ScriptWorld } from './machine.ts';
import { hex, type Outcome, pasidOf, type Verb } from './step-result.ts';

/** What devices do. */
export const dmaVerbs: Readonly<Record<string, Verb>> = {
  read: { usage: 'read DEVICE N [pasid=N] [expect=N|fault]', run: (world, args) => dma(world, args, 1) },
  write: { usage: 'write DEVICE N [pasid=N] [expect=N|fault]', run: (world, args) => dma(world, args, 2) },
  fault: {
    usage: 'fault DEVICE N [pasid=N]',
    run(world, args) {
      const device = world.device(args);
      const address = args.asNumber(args.word('an address'), 'the address');
      const pasid = pasidOf(args);
      args.finish();
      const index = device.requestPage(pasid, address, 1);
      const event = world.calls.nextFault();
      const answer =
        index === null
          ? 'it never left: nothing has the PASID'
          : event === null
            ? 'answered INVALID: nobody takes it'
            : `event ${event.fault}: ioas=${world.spaceName(event.ioas)} label=${hex(event.label)} addr=${hex(event.addr)}`;
      const shown = `page request ${index ?? ''} for ${hex(address)}${pasid === null ? '' : ` PASID ${pasid}`}`;
      return { actor: 'dma', shown, errno: null, answer, device };
    },
  },
};

function dma(world: ScriptWorld, args: Arguments, wanted: number): Outcome {
  const device = world.device(args);
  const address = args.asNumber(args.word('an address'), 'the address');
  const pasid = pasidOf(args);
  args.finish();
  const result = device.dma(pasid, address, wanted);
  const shown = `${wanted === 1 ? 'reads' : 'writes'} ${hex(address)}${pasid === null ? '' : ` PASID ${pasid}`}`;
  return result.kind === 'done'
    ? {
        actor: 'dma',
        shown,
        errno: null,
        answer: `${hex(result.address)}${result.from === 'atc' ? ' (from its ATC)' : ''}`,
        device,
        cached: result.from === 'atc',
      }
    : { actor: 'dma', shown, errno: 'fault', answer: `fault: ${result.reason}`, device };
}
