import { describe, expect, it } from 'vitest';
import type { ChainIssueCode } from '../../src/chain/issue.ts';
import { describeIssue } from '../../src/chain/issue.ts';
import { decodeSpace, encodeSpace } from '../../src/chain/space.ts';
import { bytesWith, configSpace, schemaModel } from './models.ts';
import { spaceOf } from './spaces.ts';

const pci = spaceOf(schemaModel('pci'), 'pci_header');
const vfio = spaceOf(schemaModel('vfio'), 'vfio_region_info');

/** What is expected of a broken buffer. */
interface Case {
  readonly bytes: Uint8Array;
  readonly chain?: string;
  readonly ended: string;
  /** Offsets of the elements that are listed. */
  readonly listed: readonly number[];
  /** Codes and offsets of the issues. */
  readonly issues: readonly (readonly [ChainIssueCode, number])[];
}

/** A PCI Express capability without anything, so that there may be extended ones. */
const express = [0x10, 0, 0x02, 0];
const region = (flags: number, first: number): number[] => [
  ...u32(64),
  ...u32(flags),
  ...u32(0),
  ...u32(first),
];

function u32(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}

function extended(header: number): number[] {
  return u32(header);
}

const cases: Readonly<Record<string, Case>> = {
  'no list: the status bit is clear': {
    bytes: configSpace(256, { 6: [0, 0], 64: [1, 0] }),
    ended: 'none',
    listed: [],
    issues: [],
  },
  'low bits of the head and of a pointer are masked': {
    bytes: configSpace(256, { 64: [1, 0x52], 80: [1, 0] }, 0x43),
    ended: 'end',
    listed: [0x40, 0x50],
    issues: [
      ['reserved-bits', 0x34],
      ['reserved-bits', 0x41],
    ],
  },
  'a head of 0': { bytes: configSpace(256, {}, 0), ended: 'end', listed: [], issues: [] },
  'a pointer of 1 to 3 ends the list': {
    bytes: configSpace(256, { 64: [1, 3] }),
    ended: 'end',
    listed: [0x40],
    issues: [['reserved-bits', 0x41]],
  },
  'a head below 40h': {
    bytes: configSpace(256, {}, 0x20),
    ended: 'below',
    listed: [],
    issues: [['below-first', 0x34]],
  },
  'a next pointer below 40h': {
    bytes: configSpace(256, { 64: [1, 0x20] }),
    ended: 'below',
    listed: [0x40],
    issues: [['below-first', 0x41]],
  },
  'an id of ffh': {
    bytes: configSpace(256, { 64: [1, 0x50], 80: [0xff, 0x60] }),
    ended: 'broken',
    listed: [0x40],
    issues: [['broken', 0x50]],
  },
  'an id of 00h is listed': {
    bytes: configSpace(256, { 64: [0, 0x50], 80: [1, 0] }),
    ended: 'end',
    listed: [0x40, 0x50],
    issues: [['null-id', 0x40]],
  },
  'a loop': {
    bytes: configSpace(256, { 64: [1, 0x50], 80: [1, 0x40] }),
    ended: 'loop',
    listed: [0x40, 0x50],
    issues: [['loop', 0x51]],
  },
  'a self-link': {
    bytes: configSpace(256, { 64: [1, 0x40] }),
    ended: 'loop',
    listed: [0x40],
    issues: [['self-link', 0x41]],
  },
  'a pointer past the end of a 64-byte dump': {
    bytes: configSpace(64, {}),
    ended: 'past-end',
    listed: [],
    issues: [['past-end', 0x34]],
  },
  'a header that is cut': {
    bytes: configSpace(0x42, { 64: [1, 0] }),
    ended: 'truncated',
    listed: [],
    issues: [['truncated-header', 0x40]],
  },
  'a body that is cut': {
    bytes: configSpace(0x44, { 64: [1, 0, 3, 0] }),
    ended: 'end',
    listed: [0x40],
    issues: [['truncated-body', 0x40]],
  },
  'a capability at fch with an 8-byte body': {
    bytes: configSpace(256, { 252: [1, 0, 3, 0] }, 0xfc),
    ended: 'end',
    listed: [0xfc],
    issues: [['truncated-body', 0xfc]],
  },
  'a capability at fch of a 4096-byte space does not reach into the extended part': {
    bytes: configSpace(4096, { 252: [1, 0, 3, 0] }, 0xfc),
    ended: 'end',
    listed: [0xfc],
    issues: [['truncated-body', 0xfc]],
  },
  'an id that no description has': {
    bytes: configSpace(256, { 64: [0x7f, 0, 0xab, 0xcd] }),
    ended: 'end',
    listed: [0x40],
    issues: [],
  },
  'an unknown header type': {
    bytes: configSpace(256, { 14: [0x03], 64: [1, 0] }),
    ended: 'none',
    listed: [],
    issues: [['no-such-layout', 6]],
  },
  'the pointer of a CardBus bridge stands elsewhere': {
    bytes: configSpace(256, { 14: [2], 20: [0x80], 128: [1, 0] }),
    chain: 'pci_cardbus',
    ended: 'end',
    listed: [0x80],
    issues: [],
  },
  'fewer than 64 bytes': {
    bytes: configSpace(40, {}),
    ended: 'no-head',
    listed: [],
    issues: [['truncated-head', 0]],
  },
  'no bytes': { bytes: new Uint8Array(0), ended: 'no-head', listed: [], issues: [['truncated-head', 0]] },
  'a body that runs into the next capability': {
    bytes: configSpace(256, { 64: [1, 0x44, 3, 0], 68: [3, 0, 0, 0] }),
    ended: 'end',
    listed: [0x40, 0x44],
    issues: [['overlap', 0x40]],
  },
  'no extended list without a PCI Express or PCI-X capability': {
    bytes: configSpace(4096, { 64: [1, 0], 256: extended(0x0001_0003) }),
    chain: 'pci_ext',
    ended: 'none',
    listed: [],
    issues: [],
  },
  'an extended list behind a broken standard one': {
    bytes: configSpace(4096, { 64: [0x10, 0x40, 2, 0], 256: extended(0x0001_0003) }),
    chain: 'pci_ext',
    ended: 'end',
    listed: [0x100],
    issues: [['self-link', 0x41]],
  },
  'an extended header of 0 at 100h': {
    bytes: configSpace(4096, { 64: express }),
    chain: 'pci_ext',
    ended: 'empty',
    listed: [],
    issues: [],
  },
  'an extended header of 0 in the middle': {
    bytes: configSpace(4096, { 64: express, 256: extended(0x2001_0003) }),
    chain: 'pci_ext',
    ended: 'empty',
    listed: [0x100],
    issues: [['empty', 0x200]],
  },
  'an extended header of all ones': {
    bytes: configSpace(4096, { 64: express, 256: extended(0xffff_ffff) }),
    chain: 'pci_ext',
    ended: 'broken',
    listed: [],
    issues: [['broken', 0x100]],
  },
  'an extended id of ffffh alone is listed': {
    bytes: configSpace(4096, { 64: express, 256: extended(0x0000_ffff) }),
    chain: 'pci_ext',
    ended: 'end',
    listed: [0x100],
    issues: [['all-ones-id', 0x100]],
  },
  'an extended id of 0 with a next pointer is listed': {
    bytes: configSpace(4096, { 64: express, 256: extended(0x1400_0000), 320: extended(0x0001_0003) }),
    chain: 'pci_ext',
    ended: 'end',
    listed: [0x100, 0x140],
    issues: [['null-id', 0x100]],
  },
  'an extended pointer of 1 to 3 ends the list': {
    bytes: configSpace(4096, { 64: express, 256: extended(0x0031_0003) }),
    chain: 'pci_ext',
    ended: 'end',
    listed: [0x100],
    issues: [['reserved-bits', 0x100]],
  },
  'an extended pointer below 100h': {
    bytes: configSpace(4096, { 64: express, 256: extended(0x0401_0003) }),
    chain: 'pci_ext',
    ended: 'below',
    listed: [0x100],
    issues: [['below-first', 0x100]],
  },
  'an extended loop': {
    bytes: configSpace(4096, { 64: express, 256: extended(0x2001_0003), 512: extended(0x1001_0003) }),
    chain: 'pci_ext',
    ended: 'loop',
    listed: [0x100, 0x200],
    issues: [['loop', 0x200]],
  },
  'an extended pointer past the data': {
    bytes: configSpace(512, { 64: express, 256: extended(0x8001_0003) }),
    chain: 'pci_ext',
    ended: 'past-end',
    listed: [0x100],
    issues: [['past-end', 0x100]],
  },
  'more elements than fit end at the limit of the space': {
    bytes: configSpace(4096, {
      64: express,
      ...Object.fromEntries(
        Array.from({ length: 960 }, (_, i) => [0x100 + 4 * i, extended(((0x104 + 4 * i) << 20) | 0xeeee)]),
      ),
    }),
    chain: 'pci_ext',
    ended: 'end',
    listed: Array.from({ length: 960 }, (_, i) => 0x100 + 4 * i),
    issues: [],
  },
};

const vfioCases: Readonly<Record<string, Case>> = {
  'a chain without a flag': {
    bytes: bytesWith(64, { 0: region(0, 32) }),
    ended: 'none',
    listed: [],
    issues: [],
  },
  'a pointer into the struct': {
    bytes: bytesWith(64, { 0: region(8, 16) }),
    ended: 'below',
    listed: [],
    issues: [['below-first', 12]],
  },
  'an unaligned pointer is followed': {
    bytes: bytesWith(64, { 0: region(8, 36), 36: [3, 0, 1, 0] }),
    ended: 'end',
    listed: [36],
    issues: [['unaligned', 12]],
  },
  'a pointer of all ones': {
    bytes: bytesWith(64, { 0: region(8, 0xffff_ffff) }),
    ended: 'past-end',
    listed: [],
    issues: [
      ['unaligned', 12],
      ['past-end', 12],
    ],
  },
  'a header inside another header': {
    bytes: bytesWith(64, { 0: region(8, 32), 32: [3, 0, 1, 0, 36, 0, 0, 0] }),
    ended: 'end',
    listed: [32, 36],
    issues: [
      ['unaligned', 36],
      ['overlap', 36],
      ['overlap', 32],
    ],
  },
  'a count larger than the buffer': {
    bytes: bytesWith(64, { 0: region(8, 32), 32: [1, 0, 1, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff] }),
    ended: 'end',
    listed: [32],
    issues: [['bad-body', 48]],
  },
  'an id of 0': {
    bytes: bytesWith(64, { 0: region(8, 32) }),
    ended: 'end',
    listed: [32],
    issues: [['null-id', 32]],
  },
  'more elements than the limit': {
    bytes: bytesWith(8 * 200, {
      0: region(8, 32),
      ...Object.fromEntries(
        Array.from({ length: 190 }, (_, i) => [32 + 8 * i, [9, 0, 1, 0, ...u32(40 + 8 * i)]]),
      ),
    }),
    ended: 'limit',
    listed: Array.from({ length: 64 }, (_, i) => 32 + 8 * i),
    issues: [['limit', 32 + 8 * 63 + 4]],
  },
};

describe.each([
  ['decodeSpace of PCI', pci, 'pci_std', cases],
  ['decodeSpace of VFIO', vfio, 'vfio_region_info_caps', vfioCases],
] as const)('%s', (_, format, standard, all) => {
  it.each(Object.entries(all))(
    'reads what can be read: %s',
    (_title, { bytes, chain = standard, ended, listed, issues }) => {
      const space = decodeSpace(format, bytes);
      const found = space.chains.find(({ name }) => name === chain);
      expect(found?.elements.map(({ offset }) => offset)).toEqual(listed);
      expect(found?.ended).toBe(ended);
      expect(space.issues.map(({ code, offset }) => [code, offset])).toEqual(issues);
      for (const issue of space.issues) expect(describeIssue(issue)).toContain(issue.code);
      expect(encodeSpace(format, space)).toEqual(bytes);
    },
  );
});

describe('decodeSpace', () => {
  it('gives prefixes of a space with both lists back', () => {
    const bytes = configSpace(0x180, {
      64: [...express.slice(0, 1), 0x80, 2, 0],
      128: [5, 0x90, 0x80, 0],
      144: [9, 0, 8, 1],
      256: extended(0x1401_0003),
      320: extended(0x0001_000b),
    });
    const sizes = Array.from({ length: bytes.length + 1 }, (_, size) => size);
    for (const size of sizes.filter((each) => each % 7 < 2 || each % 32 < 3)) {
      const cut = bytes.slice(0, size);
      expect(encodeSpace(pci, decodeSpace(pci, cut))).toEqual(cut);
    }
  });
});
