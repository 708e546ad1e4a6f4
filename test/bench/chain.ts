import { deepStrictEqual } from 'node:assert';
import { decodeSpace, encodeSpace, walkSpace } from '../../src/chain/space.ts';
import { compileSpace, type SpaceFormat } from '../../src/chain/space-format.ts';
import { builtinPath } from '../../src/cli/files.ts';
import { codecsFor } from '../../src/cli/schemas/codecs.ts';
import { ModelLoader } from '../../src/cli/schemas/model-loader.ts';
import { walkPciCardbus, walkPciExt, walkPciStd } from '../../src/generated/ts/pci.ts';
import {
  decodeVfioIommuType1Info,
  decodeVfioIommuType1InfoCaps,
  encodeVfioIommuType1Info,
  encodeVfioIommuType1InfoCaps,
} from '../../src/generated/ts/vfio.ts';
import { abis } from '../../src/layout/abi.ts';
import { recordedLines, recordedSpaces } from '../cli/dumps.ts';
import { decodeReplyByHand, encodeReplyByHand, walkConfigByHand } from './chain-by-hand.ts';
import { chainPeers } from './chain-peers.ts';
import { decodeReply, encodeReply, type Reply } from './chain-reply-by-hand.ts';
import { walkConfig } from './chain-walk-by-hand.ts';
import { type Effort, interleave, ratioOf, type Subject } from './interleave.ts';
import type { BenchRow } from './row.ts';

const callsPerRun = 100;

/** Keeps results alive, so that no call is optimised away. */
export let sink: unknown;

function repeat(call: () => unknown): () => void {
  return () => {
    let last: unknown;
    for (let i = 0; i < callsPerRun; i++) last = call();
    sink = last;
  };
}

/** Walks, decoding and encoding of chains: generated functions and interpreting ones against code by hand and others. */
export async function benchChain(effort: Effort): Promise<readonly BenchRow[]> {
  const loader = new ModelLoader();
  const load = async (file: string, head: string): Promise<SpaceFormat> => {
    const model = loader.load(builtinPath(`uapikit/${file}`));
    return compileSpace(model, { head, abi: abis.lp64, codecs: await codecsFor(model, abis.lp64) });
  };
  const pci = await load('pci.yaml', 'pci_header');
  const vfio = await load('vfio.yaml', 'vfio_iommu_type1_info');
  const config = longestSpace(pci);
  const reply = longestReply();
  return [
    ...(await benchGenerated(config, reply, effort)),
    ...(await benchInterpreting({ pci, vfio }, config, reply, effort)),
  ];
}

async function benchGenerated(config: Uint8Array, reply: Uint8Array, effort: Effort): Promise<BenchRow[]> {
  const space = new DataView(config.buffer, config.byteOffset, config.byteLength);
  const view = new DataView(reply.buffer, reply.byteOffset, reply.byteLength);
  const walk = (): readonly unknown[] => {
    const std = walkPciStd(space);
    const cardbus = walkPciCardbus(space);
    return [std, cardbus, walkPciExt(space, 0, space.byteLength, std.elements)];
  };
  const decode = (): Reply => {
    const info = decodeVfioIommuType1Info(view);
    const { elements, problems } = decodeVfioIommuType1InfoCaps(view);
    // The code by hand knows the capabilities of the recording; the schema may know more.
    return { info, elements: elements as Reply['elements'], problems };
  };
  deepStrictEqual(walk(), walkConfig(space));
  const value = decode();
  deepStrictEqual(value, decodeReply(view));
  const [ours, theirs] = [new Uint8Array(reply.length), new Uint8Array(reply.length)].map(
    (bytes) => new DataView(bytes.buffer),
  ) as [DataView, DataView];
  const encode = (): number => {
    encodeVfioIommuType1Info(value.info, ours);
    return encodeVfioIommuType1InfoCaps(value.elements, ours);
  };
  deepStrictEqual([encode(), ours], [encodeReply(value, theirs), theirs]);
  const peers = await chainPeers();
  const count = walkConfig(space).reduce((sum, { elements }) => sum + elements.length, 0);
  const subject = 'generated';
  return [
    ...(await rows(effort, 'chain-walk', `config space, ${count} capabilities`, [
      { name: subject, run: repeat(walk) },
      { name: 'hand-written', run: repeat(() => walkConfig(space)) },
    ])),
    ...(await rows(
      effort,
      'chain-decode',
      'VFIO_IOMMU_GET_INFO, 3 capabilities',
      [
        { name: subject, run: repeat(decode) },
        { name: 'hand-written', run: repeat(() => decodeReply(view)) },
        ...peers.map((peer) => ({ name: peer.name, run: repeat(() => peer.decode(reply)) })),
      ],
      new Map(peers.map(({ name, mark }) => [name, mark])),
    )),
    ...(await rows(effort, 'chain-encode', 'VFIO_IOMMU_GET_INFO, 3 capabilities', [
      { name: subject, run: repeat(encode) },
      { name: 'hand-written', run: repeat(() => encodeReply(value, theirs)) },
    ])),
  ];
}

/** The code that reads declarations at run time, with contents of holes and bytes between elements. */
async function benchInterpreting(
  { pci, vfio }: { readonly pci: SpaceFormat; readonly vfio: SpaceFormat },
  config: Uint8Array,
  reply: Uint8Array,
  effort: Effort,
): Promise<BenchRow[]> {
  const names = pci.chains.map(({ format }) => format.name);
  const walked = walkSpace(pci, config);
  deepStrictEqual(
    walked.filter(({ elements }) => elements.length > 0),
    walkConfigByHand(config).filter(({ elements }) => elements.length > 0),
  );
  const elements = walked.reduce((sum, walk) => sum + walk.elements.length, 0);
  const space = decodeSpace(vfio, reply);
  deepStrictEqual(space, decodeReplyByHand(reply));
  deepStrictEqual(encodeSpace(vfio, space), encodeReplyByHand(space));
  const name = 'interpreting';
  const op = 'VFIO_IOMMU_GET_INFO with holes and extra bytes';
  return [
    ...(await rows(effort, 'chain-walk', `config space, ${elements} capabilities in ${names.length} chains`, [
      { name, run: repeat(() => walkSpace(pci, config)) },
      { name: 'hand-written', run: repeat(() => walkConfigByHand(config)) },
    ])),
    ...(await rows(effort, 'chain-decode', op, [
      { name, run: repeat(() => decodeSpace(vfio, reply)) },
      { name: 'hand-written', run: repeat(() => decodeReplyByHand(reply)) },
    ])),
    ...(await rows(effort, 'chain-encode', op, [
      { name, run: repeat(() => encodeSpace(vfio, space)) },
      { name: 'hand-written', run: repeat(() => encodeReplyByHand(space)) },
    ])),
  ];
}

/** The first subject against the others. */
async function rows(
  effort: Effort,
  bench: string,
  op: string,
  subjects: readonly Subject[],
  marks: ReadonlyMap<string, string> = new Map(),
): Promise<BenchRow[]> {
  const times = await interleave(subjects, effort);
  const [first] = subjects;
  const subject = first?.name ?? '';
  return subjects.slice(1).map(({ name: peer }) => ({
    bench,
    subject,
    peer,
    op,
    ratio: ratioOf(times, subject, peer),
    mark: marks.get(peer) ?? (subject === 'interpreting' ? 'interpreting, not generated' : ''),
  }));
}

/** Of the recorded config spaces the one with most capabilities. */
function longestSpace(format: SpaceFormat): Uint8Array {
  const count = (bytes: Uint8Array): number =>
    walkSpace(format, bytes).reduce((sum, { elements }) => sum + elements.length, 0);
  const [longest = new Uint8Array(256)] = [...recordedSpaces().values()].sort((a, b) => count(b) - count(a));
  return longest;
}

/** A recorded reply with a chain, without the zeros behind it. */
function longestReply(): Uint8Array {
  const found = recordedLines('qemu-q35.jsonl.gz').find(
    ({ name, argsz }) => name === 'VFIO_IOMMU_GET_INFO' && (argsz ?? 0) > 120,
  );
  return new Uint8Array(Buffer.from(found?.out ?? '', 'hex')).slice(0, 120);
}
