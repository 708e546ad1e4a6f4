import { deepStrictEqual } from 'node:assert';
import { createRequire } from 'node:module';
import KaitaiCompiler from 'kaitai-struct-compiler';
import { decodeSpace, encodeSpace, walkSpace } from '../../src/chain/space.ts';
import { compileSpace, type SpaceFormat } from '../../src/chain/space-format.ts';
import { codecsFor } from '../../src/cli/codecs.ts';
import { builtinPath } from '../../src/cli/files.ts';
import { ModelLoader } from '../../src/cli/model-loader.ts';
import { abis } from '../../src/layout/abi.ts';
import { recordedLines, recordedSpaces } from '../cli/dumps.ts';
import { decodeReplyByHand, encodeReplyByHand, walkConfigByHand } from './chain-by-hand.ts';
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

/** Walks, decoding and encoding of chains, against code by hand with the same results and other libraries. */
export async function benchChain(effort: Effort): Promise<readonly BenchRow[]> {
  const loader = new ModelLoader();
  const load = async (file: string, head: string): Promise<SpaceFormat> => {
    const model = loader.load(builtinPath(`uapikit/${file}`));
    return compileSpace(model, { head, abi: abis.lp64, codecs: await codecsFor(model, abis.lp64) });
  };
  const pci = await load('pci.yaml', 'pci_header');
  const config = longestSpace(pci);
  const names = pci.chains.map(({ format }) => format.name);
  const byHand = (): unknown => walkConfigByHand(config);
  const walked = walkSpace(pci, config);
  deepStrictEqual(
    walked.filter(({ elements }) => elements.length > 0),
    walkConfigByHand(config).filter(({ elements }) => elements.length > 0),
  );
  const elements = walked.reduce((sum, walk) => sum + walk.elements.length, 0);

  const vfio = await load('vfio.yaml', 'vfio_iommu_type1_info');
  const reply = longestReply();
  const space = decodeSpace(vfio, reply);
  deepStrictEqual(space, decodeReplyByHand(reply));
  deepStrictEqual(encodeSpace(vfio, space), encodeReplyByHand(space));
  const kaitai = await kaitaiReply();

  return [
    ...(await rows(effort, 'chain-walk', `config space, ${elements} capabilities in ${names.length} chains`, [
      { name: 'uapikit', run: repeat(() => walkSpace(pci, config)) },
      { name: 'hand-written', run: repeat(byHand) },
    ])),
    ...(await rows(effort, 'chain-decode', 'VFIO_IOMMU_GET_INFO, 3 capabilities', [
      { name: 'uapikit', run: repeat(() => decodeSpace(vfio, reply)) },
      { name: 'hand-written', run: repeat(() => decodeReplyByHand(reply)) },
      { name: 'kaitai', run: repeat(() => kaitai(reply)) },
    ])),
    ...(await rows(effort, 'chain-encode', 'VFIO_IOMMU_GET_INFO, 3 capabilities', [
      { name: 'uapikit', run: repeat(() => encodeSpace(vfio, space)) },
      { name: 'hand-written', run: repeat(() => encodeReplyByHand(space)) },
    ])),
  ];
}

async function rows(
  effort: Effort,
  bench: string,
  op: string,
  subjects: readonly Subject[],
): Promise<BenchRow[]> {
  const times = await interleave(subjects, effort);
  return subjects
    .filter(({ name }) => name !== 'uapikit')
    .map(({ name: peer }) => ({
      bench,
      subject: 'uapikit',
      peer,
      op,
      ratio: ratioOf(times, 'uapikit', peer),
      mark: peer === 'kaitai' ? 'no extents, bytes between or issues; a loop never ends; rounds u64' : '',
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

/** The same chain in Kaitai Struct, which follows pointers by instances. */
async function kaitaiReply(): Promise<(bytes: Uint8Array) => unknown> {
  const fields = (...list: readonly (readonly [string, string])[]): object[] =>
    list.map(([id, type]) => ({ id, type }));
  const ksy = {
    meta: { id: 'reply', endian: 'le' },
    seq: fields(
      ['argsz', 'u4'],
      ['flags', 'u4'],
      ['iova_pgsizes', 'u8'],
      ['cap_offset', 'u4'],
      ['pad', 'u4'],
    ),
    instances: { first: { pos: 'cap_offset', type: 'cap', if: 'cap_offset != 0' } },
    types: {
      cap: {
        seq: [
          ...fields(['id', 'u2'], ['version', 'u2'], ['next', 'u4']),
          {
            id: 'body',
            type: { 'switch-on': 'id', cases: { 1: 'iova_range', 2: 'migration', 3: 'dma_avail' } },
          },
        ],
        instances: { following: { pos: 'next', type: 'cap', if: 'next != 0' } },
      },
      iova_range: {
        seq: [
          ...fields(['nr_iovas', 'u4'], ['reserved', 'u4']),
          { id: 'iova_ranges', type: 'pair', repeat: 'expr', 'repeat-expr': 'nr_iovas' },
        ],
      },
      pair: { seq: fields(['start', 'u8'], ['end', 'u8']) },
      migration: {
        seq: fields(
          ['flags', 'u4'],
          ['hole', 'u4'],
          ['pgsize_bitmap', 'u8'],
          ['max_dirty_bitmap_size', 'u8'],
        ),
      },
      dma_avail: { seq: fields(['avail', 'u4']) },
    },
  };
  const compiled = await KaitaiCompiler.compile('javascript', ksy, null, false);
  const [text = ''] = Object.values(compiled);
  const { KaitaiStream } = createRequire(import.meta.url)('kaitai-struct') as {
    KaitaiStream: new (buffer: ArrayBuffer) => unknown;
  };
  type Cap = { readonly following?: Cap };
  const exports: Record<string, new (stream: unknown) => { readonly first?: Cap }> = {};
  new Function('exports', 'require', 'module', text)(exports, () => KaitaiStream, { exports });
  const Reply = Object.values(exports)[0] as new (stream: unknown) => { readonly first?: Cap };
  return (bytes) => {
    const found = new Reply(new KaitaiStream(bytes.buffer as ArrayBuffer));
    const all: Cap[] = [];
    for (let cap = found.first; cap !== undefined; cap = cap.following) all.push(cap);
    return { found, all };
  };
}
