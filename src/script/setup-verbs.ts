import { DeviceGroup, HwDevice, IoasDevice, type ProfileName, profiles } from '../ioas/index.ts';
import type { Arguments } from './arguments.ts';
import { formats, type ScriptWorld, unitKinds } from './machine.ts';
import { checkName, scriptError } from './parse.ts';
import { hex, type Outcome, setup, type Verb } from './step-result.ts';

/** Words that make the machine and the memory of its guest. */
export const setupVerbs: Readonly<Record<string, Verb>> = {
  profile: {
    usage: `profile ${Object.keys(profiles).join('|')}`,
    run(world, args) {
      const names = Object.fromEntries(Object.keys(profiles).map((name) => [name, name as ProfileName]));
      const profile = args.choice(args.word('a profile'), 'the profile', names);
      args.finish();
      if (world.isOpen) throw scriptError(args.place, 'the profile is chosen before the first call');
      world.profile = profile;
      return setup(`profile ${profile}`);
    },
  },
  iommu: {
    usage: `iommu NAME ${Object.keys(unitKinds).join('|')}`,
    run(world, args) {
      const name = args.name();
      const kind = args.word('a kind');
      const driver = args.choice(kind, 'the kind', unitKinds);
      args.finish();
      if (world.units.has(name)) throw scriptError(args.place, `there is an IOMMU ${name} already`);
      world.addUnit(name, driver);
      return setup(`iommu ${name}: ${kind}`);
    },
  },
  device: {
    usage:
      'device NAME on=IOMMU sid=N [ats] [pasids=BITS] [reserve=FIRST-LAST] [group=NAME] [mediated] [enqcmd]',
    run: addDevice,
  },
  table: {
    usage: `table NAME format=${Object.keys(formats).join('|')}`,
    run(world, args) {
      const name = args.name();
      const format = args.choice(args.required('format'), 'format', formats);
      args.finish();
      if (world.tables.has(name)) throw scriptError(args.place, `there is a page table ${name} already`);
      const { root } = world.addTable(name, format);
      return { ...setup(`page table ${name} (${format.name}) at ${hex(root)}`), actor: 'guest' };
    },
  },
  entry: {
    usage: 'entry TABLE at=N [to=N] [access=r|rw]',
    run(world, args) {
      const name = args.word('a page table');
      const table = world.table(args, name);
      const [at, to] = [args.requiredNumber('at'), args.number('to')];
      const access = args.choice(args.text('access') ?? 'rw', 'access', { r: 1, rw: 3 });
      args.finish();
      for (const [key, address] of [
        ['at', at],
        ['to', to ?? 0n],
      ] as const)
        if (address % 4096n !== 0n || address >= 1n << 48n)
          throw scriptError(args.place, `${key} is ${hex(address)}, expected a page below 2^48`);
      if (to === undefined) table.unmap(at);
      else table.map(at, to, access);
      const shown =
        to === undefined ? `clears ${name}[${hex(at)}]` : `writes ${name}[${hex(at)}] = ${hex(to)}`;
      return { ...setup(shown), actor: 'guest' };
    },
  },
};

function addDevice(world: ScriptWorld, args: Arguments): Outcome {
  const name = args.name();
  const unit = world.unit(args, args.required('on'));
  const sid = args.small('sid');
  const pasidBits = args.small('pasids') ?? 0;
  const [mediated, enqcmd, ats] = ['mediated', 'enqcmd', 'ats'].map((word) => args.flag(word)) as [
    boolean,
    boolean,
    boolean,
  ];
  const reserve = args.text('reserve');
  const group = args.text('group');
  args.finish(['ats', 'mediated', 'enqcmd']);
  if (world.devices.has(name)) throw scriptError(args.place, `there is a device ${name} already`);
  if (sid === undefined || sid > 0xffff) throw scriptError(args.place, 'sid= is needed, at most 0xffff');
  if (pasidBits > 20) throw scriptError(args.place, `pasids is ${pasidBits}, expected at most 20 bits`);
  const known = world.machine.devices.find(({ hw }) => hw.unit === unit && hw.sid === sid)?.hw;
  if (known !== undefined && !mediated)
    throw scriptError(args.place, `${unit.name} has a device with sid ${hex(sid)} already`);
  if (known !== undefined)
    args.refuse(`is that of ${known.name}, which has the sid already`, ['pasids', 'reserve']);
  const reserved = reserve === undefined ? [] : [rangeOf(args, reserve)];
  const hw = known ?? new HwDevice({ name, unit, sid, ats, pasidBits, reserved });
  if (mediated && !world.machine.pasids.hasLocal(hw))
    throw scriptError(args.place, `${hw.name} has no PASID left for ${name}, expected more with pasids=`);
  const own = group === undefined ? undefined : (world.groups.get(group) ?? new DeviceGroup());
  if (group !== undefined && own !== undefined) world.groups.set(checkName(group, args.place), own);
  const options = { name, hw, mediated, enqcmd, ...(own === undefined ? {} : { group: own }) };
  world.devices.set(name, new IoasDevice(world.machine, options));
  return setup(
    `device ${name} behind ${unit.name}, sid ${hex(sid)}${ats ? ', ATS' : ''}${pasidBits > 0 ? ', PASIDs' : ''}`,
  );
}

function rangeOf(args: Arguments, text: string): { readonly start: bigint; readonly last: bigint } {
  const [first = '', second = '', more] = text.split('-');
  const [start, last] = [args.asNumber(first, 'reserve'), args.asNumber(second, 'reserve')];
  if (more !== undefined || last < start)
    throw scriptError(args.place, `reserve is ${text}, expected FIRST-LAST`);
  return { start, last };
}
