import { describe, expect, it } from 'vitest';
import * as uapi from '../../src/generated/ts/ioas.ts';
import { type ProfileName, profiles, smmuFormat } from '../../src/ioas/index.ts';
import { smmu } from './commands.ts';
import { deviceInfo, told } from './reply.ts';
import { Bench, errnoOf, labelOf, ok, RAM } from './workbench.ts';

const page = { iova: 0n, vaddr: RAM, size: 0x1000n };
const type = uapi.IOAS_TYPE_KERNEL_TYPE1V2;
const root = { flags: uapi.IOAS_ALLOC_ENFORCE_SNOOP, type };

/** d1 on an address space, in any profile. */
function attached(profile: ProfileName) {
  const bench = new Bench({ profile });
  ok(bench.calls.bind(bench.d1, labelOf(bench.d1)));
  const ioas = ok(bench.calls.alloc(root));
  ok(bench.calls.attach(bench.d1, ioas));
  return { ...bench, bench, calls: bench.calls, d1: bench.d1, ioas };
}

/** What each profile answers to one question: the errno, or what comes of it. */
type Answers = Readonly<Record<ProfileName, string>>;

const questions: readonly (readonly [string, (profile: ProfileName) => string, Answers])[] = [
  [
    'row 5: mapping before a device is attached',
    (profile) => {
      const { calls } = new Bench({ profile });
      return errnoOf(calls.map(ok(calls.alloc(root)), page)) ?? 'ok';
    },
    { 'rfc-2021': 'EINVAL', v1: 'EINVAL', v2: 'ok', s21: 'EINVAL', iommufd: 'ok' },
  ],
  [
    'row 6: information about an address space',
    (profile) => {
      const { calls, ioas } = attached(profile);
      return errnoOf(calls.info(ioas)) ?? 'ok';
    },
    { 'rfc-2021': 'ok', v1: 'ok', v2: 'ENOTTY', s21: 'EINVAL', iommufd: 'ENOTTY' },
  ],
  [
    'row 7: capabilities of a bound device',
    (profile) => {
      const { calls, d1 } = attached(profile);
      const reply = calls.deviceInfo({ label: labelOf(d1) });
      return reply.ok ? [...told(reply.value, deviceInfo).keys()].join(' ') : reply.errno;
    },
    { 'rfc-2021': '1 2 3 4 10 12 5 6', v1: 'ENOTTY', v2: '1 2 3 4 10 12 5 6', s21: '1', iommufd: '' },
  ],
  [
    'row 15: nesting with a page table of the caller, as the profile does it',
    (profile) => {
      const { calls, ioas } = attached(profile);
      const flags = uapi.IOAS_ALLOC_NESTED | uapi.IOAS_ALLOC_USER_PGTABLE;
      const ways = [
        errnoOf(calls.createNesting(ioas)) ?? 'ok',
        errnoOf(calls.alloc({ flags, type, parent: ioas, format: smmuFormat.id })) ?? 'ok',
      ];
      return ways.join(' ');
    },
    { 'rfc-2021': 'ok ok', v1: 'ok EINVAL', v2: 'ENOTTY ok', s21: 'EINVAL EINVAL', iommufd: 'ENOTTY ok' },
  ],
  [
    'row 15: nesting in software',
    (profile) => {
      const bench = new Bench({ profile });
      const { calls, d3 } = bench;
      ok(calls.bind(d3, 3n));
      const ioas = ok(calls.alloc(root));
      ok(calls.attach(d3, ioas));
      const way = profiles[profile].calls.has(uapi.IOAS_CREATE_NESTING);
      const child = way
        ? calls.createNesting(ioas)
        : calls.alloc({ ...root, flags: uapi.IOAS_ALLOC_NESTED, parent: ioas });
      return errnoOf(child) ?? 'ok';
    },
    { 'rfc-2021': 'ok', v1: 'ok', v2: 'ok', s21: 'EINVAL', iommufd: 'EOPNOTSUPP' },
  ],
  [
    'row 18: number of children',
    (profile) => {
      const { calls, ioas } = attached(profile);
      const reply = calls.info(ioas);
      return reply.ok ? String(told(reply.value).has(uapi.IOAS_CAP_CHILDREN)) : reply.errno;
    },
    { 'rfc-2021': 'true', v1: 'true', v2: 'ENOTTY', s21: 'EINVAL', iommufd: 'ENOTTY' },
  ],
  [
    'row 20: registering memory',
    (profile) => errnoOf(new Bench({ profile }).calls.registerMemory(RAM, 0x1000n)) ?? 'ok',
    { 'rfc-2021': 'ok', v1: 'ok', v2: 'ENOTTY', s21: 'EINVAL', iommufd: 'ENOTTY' },
  ],
  [
    'row 28: commands of the hardware',
    (profile) => {
      const { calls, ioas } = attached(profile);
      return errnoOf(calls.invalidateHardware(ioas, uapi.IOAS_HW_SMMUV3, [smmu(0x10)]).result) ?? 'ok';
    },
    { 'rfc-2021': 'ok', v1: 'ENOTTY', v2: 'ENOTTY', s21: 'EINVAL', iommufd: 'ok' },
  ],
  [
    'row 29: invalidation of a device',
    (profile) => {
      const { calls, d1 } = attached(profile);
      return errnoOf(calls.invalidateDevice(labelOf(d1))) ?? 'ok';
    },
    { 'rfc-2021': 'ok', v1: 'ENOTTY', v2: 'ENOTTY', s21: 'EINVAL', iommufd: 'ENOTTY' },
  ],
  [
    'row 31: the ATC of a device without SSID',
    (profile) => {
      const { calls, ioas, d1 } = attached(profile);
      const command = smmu(uapi.IOAS_SMMUV3_ATC_INV, { label: Number(labelOf(d1)), size: 52 });
      return errnoOf(calls.invalidateHardware(ioas, uapi.IOAS_HW_SMMUV3, [command]).result) ?? 'ok';
    },
    { 'rfc-2021': 'ok', v1: 'ENOTTY', v2: 'ENOTTY', s21: 'EINVAL', iommufd: 'ok' },
  ],
  [
    'row 1: an id that is none',
    (profile) => errnoOf(new Bench({ profile }).calls.free(9)) ?? 'ok',
    { 'rfc-2021': 'ENOENT', v1: 'ENOENT', v2: 'ENOENT', s21: 'EINVAL', iommufd: 'ENOENT' },
  ],
];

describe('row 42: the same questions to each design', () => {
  it.each(questions)('row 42: %s', (_, ask, wanted) => {
    const answers = Object.fromEntries(Object.keys(wanted).map((name) => [name, ask(name as ProfileName)]));
    expect(answers).toEqual(wanted);
  });

  it('row 42: all agree about what they all have', () => {
    for (const profile of Object.keys(profiles) as ProfileName[]) {
      const { calls, ioas, d1 } = attached(profile);
      expect(errnoOf(calls.attach(d1, ioas))).toBe('EBUSY');
      ok(calls.map(ioas, page));
      expect(errnoOf(calls.map(ioas, page))).toBe('EEXIST');
      expect(errnoOf(calls.map(ioas, { ...page, iova: 0x1800n }))).toBe('EINVAL');
      expect(errnoOf(calls.unmap(ioas, 0n, 0x2000n))).toBe('EINVAL');
      expect(errnoOf(calls.free(ioas))).toBe('EBUSY');
      ok(calls.unmap(ioas, 0n, 0x1000n));
      ok(calls.detach(d1, ioas));
      ok(calls.free(ioas));
    }
  });
});
