import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IoasDevice } from '../../src/ioas/index.ts';
import { Bench, errnoOf, labelOf, ok, RAM, reach } from './workbench.ts';

/** Two mediated devices of each of two pieces of hardware, one of which has few PASIDs. */
function mediated(enqcmd: boolean) {
  const bench = new Bench();
  const hardware = [0x40, 0x50].map(
    (sid, i) => bench.device(`b${i}`, { sid, pasidBits: [20, 3][i] ?? 0 }).hw,
  );
  const devices = [0, 1, 2, 3].map(
    (i) =>
      new IoasDevice(bench.machine, {
        name: `e${i}`,
        hw: hardware[i >> 1] as (typeof hardware)[number],
        mediated: true,
        enqcmd,
      }),
  );
  for (const device of devices) ok(bench.calls.bind(device, labelOf(device)));
  return { bench, devices };
}

describe('mediated devices', () => {
  const act = fc.record({
    device: fc.nat({ max: 3 }),
    space: fc.nat({ max: 5 }),
    pasid: fc.option(fc.nat({ max: 2 })),
    on: fc.boolean(),
  });

  it('row 34: reach what they are attached to and nothing else, whatever came and went before', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(act, { maxLength: 60 }), (enqcmd, acts) => {
        const { bench, devices } = mediated(enqcmd);
        const { calls, d1 } = bench;
        // Three address spaces whose address 0 leads apart, each with one on top whose table leads further apart.
        ok(calls.bind(d1, labelOf(d1)));
        const roots = [0n, 1n, 2n].map((i) => {
          const root = ok(calls.alloc());
          if (i === 0n) ok(calls.attach(d1, root));
          return root;
        });
        const context = bench.file.context;
        for (const { device: index, space, pasid, on } of acts) {
          const device = devices[index] as IoasDevice;
          const root = roots[space % 3] as number;
          const parent = context.ioas(root);
          if ('errno' in parent) continue;
          const child = [...parent.children][0]?.id;
          const target = space < 3 ? root : child;
          if (target !== undefined) (on ? calls.attach : calls.detach).call(calls, device, target, pasid);
          if (parent.attachments.length > 0 && parent.mapped.areas.size === 0)
            ok(calls.map(root, { iova: 0n, vaddr: RAM + BigInt(space % 3) * 0x1000n, size: 0x1000n }));
          if (parent.attachments.length > 0 && child === undefined) ok(calls.createNesting(root));
          for (const one of devices) {
            for (const asked of [null, 0, 1, 2]) {
              const route = one.route(asked)?.ioas;
              const expected = route === undefined ? undefined : route.mapped.lookup(0n)?.address;
              expect(reach(one, 0n, asked) ?? undefined).toBe(expected);
            }
          }
        }
        for (const device of devices) ok(calls.unbind(device));
        // Nothing that was taken is kept: each device could be attached with as many PASIDs as at first.
        for (const device of devices.slice(2)) {
          expect(bench.machine.pasids.takeLocal(device.hw)).toBe(3);
          bench.machine.pasids.giveLocal(device.hw, 3);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('row 34: have one PASID for an address space and for what lies on top of it', () => {
    for (const enqcmd of [false, true]) {
      const { bench, devices } = mediated(enqcmd);
      const { calls, machine } = bench;
      const device = devices[0] as IoasDevice;
      const gpa = ok(calls.alloc());
      ok(calls.attach(device, gpa, 7));
      const child = ok(calls.createNesting(gpa));
      const before = device.busPasid(7);
      ok(calls.attach(device, child, 7));
      expect(device.busPasid(7)).toBe(before);
      ok(calls.detach(device, child, 7));
      expect(device.busPasid(7)).toBe(before);
      const other = devices[1] as IoasDevice;
      ok(calls.attach(other, gpa, 8));
      expect(other.busPasid(8)).not.toBe(before);
      ok(calls.detach(other, gpa, 8));
      ok(calls.detach(device, gpa, 7));
      const request = { owner: {}, userPasid: 1, pasidBits: 20 };
      const next = enqcmd ? machine.pasids.takeShared(request) : machine.pasids.takeLocal(device.hw);
      expect(next).toBe(before);
    }
  });

  it('row 34: of one piece of hardware cannot have the same PASID, nor one that is too wide for it', () => {
    const { bench, devices } = mediated(true);
    const { calls } = bench;
    const [a, b, narrow] = devices as [IoasDevice, IoasDevice, IoasDevice];
    const [one, two] = [ok(calls.alloc()), ok(calls.alloc())];
    ok(calls.attach(a, one, 5));
    expect(calls.attach(b, two, 5)).toMatchObject({ errno: 'EBUSY', check: 'not-attached' });
    expect(calls.attach(narrow, one, 5)).toMatchObject({ errno: 'ENOSPC', check: 'pasid-free' });
    ok(calls.attach(b, two, 6));
  });

  it('row 34: need a PASID each, and hardware that nobody has as a whole', () => {
    const bench = new Bench();
    const { calls, machine } = bench;
    const whole = bench.device('a', { sid: 1, pasidBits: 1 });
    const make = (name: string) => new IoasDevice(machine, { name, hw: whole.hw, mediated: true });
    const part = make('b');
    expect(() => make('c')).toThrow(RangeError);
    ok(calls.bind(part, 1n));
    expect(calls.bind(whole, 2n)).toMatchObject({ errno: 'EBUSY', check: 'hardware-free' });
    ok(calls.unbind(part));
    ok(calls.bind(whole, 2n));
    expect(errnoOf(calls.bind(part, 1n))).toBe('EBUSY');
  });
});
