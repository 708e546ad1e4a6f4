import * as uapi from '../generated/ts/ioas.ts';
import type { Capability, InfoReply, Result } from '../ioas/index.ts';
import { called, hex, type Outcome, type Verb } from './step-result.ts';

/** Calls that tell something. */
export const infoVerbs: Readonly<Record<string, Verb>> = {
  info: {
    usage: 'info IOAS',
    run(world, args) {
      const ioas = world.space(args);
      args.finish();
      return information(`GET_INFO ${world.spaceName(ioas)}`, world.calls.info(ioas));
    },
  },
  'device-info': {
    usage: 'device-info label=N',
    run(world, args) {
      const label = args.requiredNumber('label');
      args.finish();
      return information(`DEVICE_GET_INFO label=${hex(label)}`, world.calls.deviceInfo({ label }));
    },
  },
};

function information(shown: string, result: Result<InfoReply>): Outcome {
  if (!result.ok) return called(shown, result);
  const { capabilities } = result.value;
  const bytes = result.value.write(1 << 16).length;
  const answer = `${capabilities.length} capabilities, ${bytes} bytes`;
  return { actor: 'call', shown, errno: null, answer, details: capabilities.map(capabilityText) };
}

const capabilityNames: ReadonlyMap<number, string> = new Map(
  Object.entries(uapi).flatMap(([name, value]) =>
    name.startsWith('IOAS_CAP_') && typeof value === 'number'
      ? [[value, name.slice('IOAS_CAP_'.length)] as const]
      : [],
  ),
);

function capabilityText(capability: Capability): string {
  const name = capabilityNames.get(capability.id) ?? String(capability.id);
  if (capability.kind === 'ranges')
    return `${name}: ${capability.ranges.map(({ start, end }) => `${hex(start)}..${hex(end)}`).join(', ')}`;
  const fields = Object.entries(capability.body as Record<string, number | bigint>)
    .filter(([key]) => !key.startsWith('__'))
    .map(([key, value]) => `${key}=${typeof value === 'bigint' ? hex(value) : value}`);
  return `${name}: ${fields.join(' ')}`;
}
