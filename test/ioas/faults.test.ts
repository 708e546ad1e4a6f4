import { describe, expect, it } from 'vitest';
import * as uapi from '../../src/generated/ts/ioas.ts';
import { smmuFormat } from '../../src/ioas/index.ts';
import { Bench, errnoOf, labelOf, ok, READ, reach, SCRATCH } from './workbench.ts';

/** d1 and d2 on one address space with a page table of the guest, which is empty. */
function guest() {
  const bench = new Bench();
  const { calls, d1, d2 } = bench;
  const gpa = bench.guest();
  const gva = ok(calls.createNesting(gpa));
  for (const device of [d1, d2]) ok(calls.attach(device, gva, 5));
  const table = bench.table(smmuFormat);
  ok(calls.bindPgtable(gva, { format: smmuFormat.id, addr: table.root }));
  return { ...bench, bench, gpa, gva, table, d1, d2, calls, unit: bench.unit };
}

describe('page faults', () => {
  it('row 37: flow 5.6, a fault names the device that had it, and answering one leaves the others', () => {
    const { calls, d1, d2, gva, table, unit, bench } = guest();
    let signals = 0;
    bench.file.context.onFault = () => signals++;
    expect(reach(d1, 0x9000n, 5)).toBeNull();
    const [first, second] = [d1, d2].map((device) => device.requestPage(5, 0x9000n, READ));
    expect(signals).toBe(2);
    const events = [calls.nextFault(), calls.nextFault(), calls.nextFault()];
    expect(events.map((event) => event?.label)).toEqual([labelOf(d1), labelOf(d2), undefined]);
    for (const event of events.slice(0, 2)) {
      const flags = uapi.IOAS_FAULT_PASID_VALID;
      expect(event).toMatchObject({ ioas: gva, addr: 0x9000n, perm: READ, pasid: 5, flags });
    }
    table.map(0x9000n, 0x3000n, READ);
    ok(calls.respond(gva, { label: labelOf(d2), code: uapi.IOAS_RESP_SUCCESS }));
    expect(unit.responses).toEqual([{ sid: d2.hw.sid, pasid: 5, index: second, code: 0 }]);
    expect(reach(d2, 0x9000n, 5)).not.toBeNull();
    ok(
      calls.respond(gva, { label: labelOf(d1), code: uapi.IOAS_RESP_INVALID, fault: events[0]?.fault ?? 0 }),
    );
    expect(unit.responses[1]).toEqual({ sid: d1.hw.sid, pasid: 5, index: first, code: 1 });
  });

  it('row 37: read() gives whole events, each once', () => {
    const { bench, d1, d2 } = guest();
    for (const device of [d1, d2]) device.requestPage(5, 0x9000n, READ);
    expect(bench.file.read(SCRATCH, 39).errno).toBe('EINVAL');
    expect(bench.file.read(0n, 40).errno).toBe('EFAULT');
    expect(bench.file.read(SCRATCH, 120).ret).toBe(80);
    const bytes = bench.memory.read(SCRATCH, 80) as Uint8Array;
    const labels = [0, 40].map((at) => uapi.decodeIoasFault(new DataView(bytes.buffer), at).label);
    expect(labels).toEqual([labelOf(d1), labelOf(d2)]);
    expect(bench.file.read(SCRATCH, 120).ret).toBe(0);
  });

  it('row 37: a fault of a PASID table carries the PASID that nobody attached', () => {
    const bench = new Bench();
    const { calls, d1 } = bench;
    const gpa = bench.guest();
    const pt = ok(calls.createNesting(gpa));
    ok(calls.attach(d1, pt));
    const args = { format: uapi.IOAS_FORMAT_SMMUV3_CD, addr: bench.guestPage(), pasidBits: 4 };
    ok(calls.bindPasidTable(pt, args));
    d1.requestPage(11, 0x5000n, READ);
    expect(calls.nextFault()).toMatchObject({ ioas: pt, pasid: 11, flags: uapi.IOAS_FAULT_PASID_VALID });
  });

  it('row 38: an answer is given once, to a fault that was read, with a code that there is', () => {
    const { calls, d1, gva, gpa, unit } = guest();
    d1.requestPage(5, 0x9000n, READ);
    const answer = { label: labelOf(d1), code: 0 };
    expect(errnoOf(calls.respond(gva, answer))).toBe('ENOENT');
    calls.nextFault();
    expect(calls.respond(gva, { ...answer, code: 2 })).toMatchObject({
      errno: 'EINVAL',
      check: 'known-code',
    });
    expect(errnoOf(calls.respond(gpa, answer))).toBe('ENOENT');
    expect(errnoOf(calls.respond(gva, { ...answer, label: 1n }))).toBe('ENOENT');
    expect(unit.responses).toEqual([]);
    ok(calls.respond(gva, answer));
    expect(errnoOf(calls.respond(gva, answer))).toBe('ENOENT');
    expect(unit.responses.length).toBe(1);
  });

  it('row 38: a device that leaves has its faults answered, and what nobody handles is answered at once', () => {
    const { calls, d1, d2, gva, unit } = guest();
    for (const device of [d1, d2]) device.requestPage(5, 0x9000n, READ);
    calls.nextFault();
    ok(calls.detach(d1, gva, 5));
    expect(unit.responses).toMatchObject([{ sid: d1.hw.sid, pasid: 5, code: uapi.IOAS_RESP_INVALID }]);
    expect(calls.nextFault()?.label).toBe(labelOf(d2));
    d2.requestPage(null, 0x9000n, READ);
    expect(unit.responses[1]).toMatchObject({ sid: d2.hw.sid, pasid: null, code: uapi.IOAS_RESP_INVALID });
    expect(calls.nextFault()).toBeNull();
  });
});
