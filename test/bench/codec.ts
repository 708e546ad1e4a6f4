import { decodeIommuIoasMap, encodeIommuIoasMap, IommuIoasMapView } from '../../src/generated/ts/iommufd.ts';
import {
  decodeVfioIommuType1Info,
  decodeVfioIommuType1InfoCapIovaRange,
  encodeVfioIommuType1Info,
  encodeVfioIommuType1InfoCapIovaRange,
} from '../../src/generated/ts/vfio.ts';
import * as hand from './hand-written.ts';
import { type Effort, interleave, ratioOf, type Subject } from './interleave.ts';
import { type Peer, type PeerStruct, peersFor } from './peers.ts';
import type { BenchRow } from './row.ts';

/** Calls in one measured run: a clock reading must not weigh. */
const callsPerRun = 500;
const slots = 16;

const ranges = Array.from({ length: 8 }, (_, i) => ({
  start: BigInt(i) << 40n,
  end: (BigInt(i) << 40n) + 0xffff_ffffn,
}));

interface Case<T extends object> {
  readonly op: string;
  readonly struct: PeerStruct;
  readonly value: T;
  /** The value as flat members, for peers. */
  readonly flat: Record<string, unknown>;
  readonly ours: {
    decode(view: DataView, offset: number): T;
    encode(value: T, view: DataView, offset: number): unknown;
  };
  readonly byHand: {
    decode(view: DataView, offset: number): T;
    encode(value: T, view: DataView, offset: number): void;
  };
}

const ioasMap: hand.IoasMap = {
  size: 40,
  flags: 7,
  ioas_id: 2,
  __reserved: 0,
  user_va: 0x7f12_3456_7000n,
  length: 0x20_0000n,
  iova: 0xffff_8000_0000_1000n,
};
const type1Info: hand.Type1Info = {
  argsz: 24,
  flags: 3,
  iova_pgsizes: 0xffff_ffff_ffff_f000n,
  cap_offset: 24,
  pad: 0,
};
const iovaRanges: hand.IovaRanges = {
  header: { id: 1, version: 1, next: 0 },
  nr_iovas: 8,
  reserved: 0,
  iova_ranges: ranges,
};

const cases = [
  {
    op: 'iommu_ioas_map',
    struct: {
      name: 'ioas_map',
      size: 40,
      fields: [
        ['size', 'u32'],
        ['flags', 'u32'],
        ['ioas_id', 'u32'],
        ['__reserved', 'u32'],
        ['user_va', 'u64'],
        ['length', 'u64'],
        ['iova', 'u64'],
      ],
    },
    value: ioasMap,
    flat: { ...ioasMap },
    ours: {
      decode: (view, offset) => decodeIommuIoasMap(view, offset),
      encode: (value, view, offset) => encodeIommuIoasMap(value, view, offset),
    },
    byHand: { decode: hand.decodeIoasMap, encode: hand.encodeIoasMap },
  } satisfies Case<hand.IoasMap>,
  {
    op: 'vfio_iommu_type1_info',
    struct: {
      name: 'type1_info',
      size: 24,
      fields: [
        ['argsz', 'u32'],
        ['flags', 'u32'],
        ['iova_pgsizes', 'u64'],
        ['cap_offset', 'u32'],
        ['pad', 'u32'],
      ],
    },
    value: type1Info,
    flat: { ...type1Info },
    ours: {
      decode: (view, offset) => decodeVfioIommuType1Info(view, offset),
      encode: (value, view, offset) => encodeVfioIommuType1Info(value, view, offset),
    },
    byHand: { decode: hand.decodeType1Info, encode: hand.encodeType1Info },
  } satisfies Case<hand.Type1Info>,
  {
    op: 'vfio_iommu_type1_info_cap_iova_range (8 ranges)',
    struct: {
      name: 'iova_range',
      size: 16 + 8 * 16,
      fields: [
        ['id', 'u16'],
        ['version', 'u16'],
        ['next', 'u32'],
        ['nr_iovas', 'u32'],
        ['reserved', 'u32'],
      ],
      ranges: { name: 'iova_ranges', count: 'nr_iovas', length: 8 },
    },
    value: iovaRanges,
    flat: { ...iovaRanges.header, nr_iovas: 8, reserved: 0, iova_ranges: ranges },
    ours: {
      decode: (view, offset) => decodeVfioIommuType1InfoCapIovaRange(view, offset),
      encode: (value, view, offset) => encodeVfioIommuType1InfoCapIovaRange(value, view, offset),
    },
    byHand: { decode: hand.decodeIovaRanges, encode: hand.encodeIovaRanges },
  } satisfies Case<hand.IovaRanges>,
] as const;

/** Keeps results alive, so that no call is optimised away. */
export let sink: unknown;

function repeat(call: (slot: number) => unknown): () => void {
  return () => {
    let last: unknown;
    for (let i = 0; i < callsPerRun; i++) last = call(i % slots);
    sink = last;
  };
}

/** Decoding, encoding and views of generated code, against code by hand and other libraries. */
export async function benchCodec(effort: Effort): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const one of cases) rows.push(...(await benchCase(one as unknown as Case<object>, effort)));
  rows.push(...(await benchView(effort)));
  return rows;
}

async function benchCase(
  { op, struct, value, flat, ours, byHand }: Case<object>,
  effort: Effort,
): Promise<BenchRow[]> {
  const view = new DataView(new ArrayBuffer(struct.size * slots));
  for (let slot = 0; slot < slots; slot++) byHand.encode(value, view, slot * struct.size);
  const peers = await peersFor(struct, flat);
  const first = view.buffer.slice(0, struct.size);
  const out = new DataView(new ArrayBuffer(struct.size * slots));
  const decoders: Subject[] = [
    { name: 'generated', run: repeat((slot) => ours.decode(view, slot * struct.size)) },
    { name: 'hand-written', run: repeat((slot) => byHand.decode(view, slot * struct.size)) },
    ...peers.flatMap(({ name, decode }) =>
      decode === undefined ? [] : [{ name, run: repeat(() => decode(first)) }],
    ),
  ];
  const encoders: Subject[] = [
    { name: 'generated', run: repeat((slot) => ours.encode(value, out, slot * struct.size)) },
    { name: 'hand-written', run: repeat((slot) => byHand.encode(value, out, slot * struct.size)) },
    ...(op === 'iommu_ioas_map'
      ? [
          {
            name: 'unchecked',
            run: repeat((slot) =>
              hand.encodeIoasMapUnchecked(value as hand.IoasMap, out, slot * struct.size),
            ),
          },
        ]
      : []),
    ...peers.flatMap(({ name, encode }) =>
      encode === undefined ? [] : [{ name, run: repeat(() => encode(flat, out.buffer)) }],
    ),
  ];
  const decoded = await interleave(decoders, effort);
  const encoded = await interleave(encoders, effort);
  return [...rowsOf('codec-decode', op, decoded, peers), ...rowsOf('codec-encode', op, encoded, peers)];
}

/** A view made and one field read, against decoding the whole struct by hand. */
async function benchView(effort: Effort): Promise<BenchRow[]> {
  const view = new DataView(new ArrayBuffer(40 * slots));
  for (let slot = 0; slot < slots; slot++) hand.encodeIoasMap(ioasMap, view, slot * 40);
  const times = await interleave(
    [
      { name: 'u32', run: repeat((slot) => new IommuIoasMapView(view, slot * 40).ioas_id) },
      { name: 'u64', run: repeat((slot) => new IommuIoasMapView(view, slot * 40).iova) },
      { name: 'hand-written', run: repeat((slot) => hand.decodeIoasMap(view, slot * 40)) },
    ],
    effort,
  );
  return ['u32', 'u64'].map((field) => ({
    bench: 'codec-view',
    subject: 'generated',
    peer: 'hand-written',
    op: `iommu_ioas_map: one ${field}`,
    ratio: ratioOf(times, field, 'hand-written'),
    mark: 'against decoding all',
  }));
}

function rowsOf(
  bench: string,
  op: string,
  times: ReadonlyMap<string, readonly number[]>,
  peers: readonly Peer[],
): BenchRow[] {
  return [...times.keys()]
    .filter((name) => name !== 'generated')
    .map((peer) => ({
      bench,
      subject: 'generated',
      peer,
      op,
      ratio: ratioOf(times, 'generated', peer),
      mark: peers.find(({ name }) => name === peer)?.mark ?? (peer === 'unchecked' ? 'no range checks' : ''),
    }));
}
