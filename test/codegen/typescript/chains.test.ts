import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBytes } from '../../../src/chain/build.ts';
import { type DecodedElement, decodeChains } from '../../../src/chain/decode.ts';
import type { ChainIssue } from '../../../src/chain/issue.ts';
import { decodeSpace } from '../../../src/chain/space.ts';
import { compileSpace, type SpaceFormat } from '../../../src/chain/space-format.ts';
import { walkChain } from '../../../src/chain/walk.ts';
import { type ChainCodec, type ChainProblem, peersOf } from '../../../src/codec/runtime/chain.ts';
import type { CodecContext } from '../../../src/codec/runtime/codec.ts';
import { CodecError, EncodeError } from '../../../src/codec/runtime/errors.ts';
import { abis } from '../../../src/layout/abi.ts';
import type { Model } from '../../../src/model/model.ts';
import { lampModel } from '../../chain/models.ts';
import { readRecording, recordings } from '../../chain/samples.ts';
import { pinnedModels } from '../../codec/real-schemas.ts';
import { seedFor } from '../../helpers/seed.ts';
import {
  asInput,
  attempt,
  contents,
  type Subject,
  spaceBytes,
  subjects,
  viewOf,
  wideModel,
} from './chain-subjects.ts';
import { typeErrors } from './type-check.ts';

const runs = Number(process.env['UAPI_RUNS'] ?? 10);

describe.each(subjects)('generated functions of $title', (subject) => {
  const { ours, format, chain } = subject;
  const [{ format: chainFormat, members }] = format.chains as [SpaceFormat['chains'][0]];
  // Alone in its buffer a chain needs no other one.
  const alone = {
    ...format,
    sources: [null],
    chains: [{ members, format: { ...chainFormat, requires: null } }],
  };

  it('agree with the interpreting ones on built, broken and random bytes', () => {
    fc.assert(
      fc.property(spaceBytes(subject), ({ bytes }) => {
        agree(subject, bytes);
      }),
      { numRuns: runs },
    );
  });

  it('build what the interpreting builder builds, and read it again', () => {
    let built = 0;
    const law = fc.property(contents(subject), ({ head, elements, size }) => {
      const theirs = attempt(() => buildBytes(alone, { head, chains: { [chain]: elements }, size }));
      const bytes = new Uint8Array(size);
      const view = viewOf(bytes);
      const made = attempt(() => {
        const length = format.head.codec.encode(head as never, view, 0, {});
        const outer = format.head.codec.decode(view, 0, size, {});
        // A struct that reaches beyond the first place pushes the elements back.
        const first = Math.ceil(length / chainFormat.chain.alignment) * chainFormat.chain.alignment;
        const inputs = elements.map(asInput);
        if (first > chainFormat.chain.first) inputs[0] = { ...inputs[0], offset: first };
        return ours.encode(inputs, view, 0, { outer });
      });
      if (theirs === null || made === null) {
        expect([made, theirs === null]).toEqual([null, true]);
        return;
      }
      built++;
      expect(differences(bytes, theirs)).toEqual([]);
      const { elements: read, problems } = agree(subject, bytes);
      expect(read.map(({ offset }) => offset)).toHaveLength(elements.length);
      // Decoded elements make the same bytes again, but for what no value holds.
      const again = bytes.slice();
      for (const { offset } of read) again.fill(0, offset, offset + chainFormat.headerBytes);
      // Elements that lie over each other can be read, but not written.
      if (problems.some(({ code }) => code === 'overlap')) return;
      ours.encode(read, viewOf(again), 0, contextOf(subject, bytes));
      expect(differences(again, bytes)).toEqual([]);
    });
    fc.assert(law, { numRuns: runs });
    // Which of some examples can be built is up to chance: a chain that never can be would be of no use.
    for (let tries = 0; built === 0 && members.all.length > 0 && tries < 10; tries++)
      fc.assert(law, { numRuns: 10 * runs, seed: seedFor(tries) });
    if (members.all.length > 0) expect(built).toBeGreaterThan(0);
  });

  it('stay inside of their buffer and throw only typed errors', () => {
    fc.assert(
      fc.property(contents(subject), fc.nat(400), ({ head, elements, size }, room) => {
        const memory = new Uint8Array(room + size + 64).fill(0xa5);
        const view = new DataView(memory.buffer, 16, room);
        try {
          format.head.codec.encode(head as never, view, 0, {});
          ours.encode(elements.map(asInput), view);
        } catch (error) {
          expect(error).toBeInstanceOf(EncodeError);
        }
        const outside = [...memory.subarray(0, 16), ...memory.subarray(16 + room)];
        expect(outside.every((byte) => byte === 0xa5)).toBe(true);
      }),
      { numRuns: runs },
    );
  });

  it('count from where they are told to, and look at nothing behind the end', () => {
    fc.assert(
      fc.property(spaceBytes(subject), fc.nat(40), fc.nat(40), ({ bytes }, before, behind) => {
        const memory = new Uint8Array(before + bytes.length + behind).fill(0x5a);
        memory.set(bytes, before);
        const moved = ours.decode(new DataView(memory.buffer), before, before + bytes.length);
        expect(moved).toEqual(ours.decode(viewOf(bytes)));
        expect(ours.walk(new DataView(memory.buffer), before, before + bytes.length)).toEqual(
          ours.walk(viewOf(bytes)),
        );
      }),
      { numRuns: runs },
    );
  });
});

it('unusual chains keep the strict rules of the type checker', () => {
  expect(typeErrors([lampModel(), wideModel()])).toEqual([]);
});

describe('the chains of one buffer together', () => {
  const pci = pinnedModels().find(({ root }) => root === 'pci') as Model;
  const of = (name: string): Subject =>
    subjects.find(
      ({ model, chain, abi }) => model.root === pci.root && chain === name && abi.endian === 'little',
    ) as Subject;
  const [std, cardbus, ext] = [of('pci_std'), of('pci_cardbus'), of('pci_ext')];
  const { format } = std;
  const { codec } = format.head;
  const whole = compileSpace(pci, {
    head: 'pci_header',
    abi: abis.lp64,
    codecs: (name) =>
      name === 'pci_header'
        ? codec
        : (ext.format.chains[0]?.members.named(name)?.codec ??
          std.format.chains[0]?.members.named(name)?.codec),
  });
  const spaces = recordings.flatMap((name) => readRecording(name).spaces.map(({ bytes }) => bytes));

  it('agree with the interpreting code on recorded config spaces, with wrong bytes too', () => {
    const poke = fc.tuple(fc.nat(0x2ff), fc.nat(255));
    let elements = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...spaces),
        fc.oneof(fc.constant([]), fc.array(poke, { maxLength: 8 })),
        (recorded, pokes) => {
          const bytes = recorded.slice();
          for (const [at, value] of pokes) bytes[at] = value;
          const theirs = decodeSpace(whole, bytes);
          const context = { env: {}, ...(theirs.head === null ? {} : { outer: theirs.head.value }) };
          const view = viewOf(bytes);
          const one = std.ours.decode(view, 0, bytes.length, context);
          const two = cardbus.ours.decode(view, 0, bytes.length, context);
          const required = [...std.ours.walk(view).elements, ...cardbus.ours.walk(view).elements];
          const peers = peersOf([...one.elements, ...two.elements]);
          const three = ext.ours.decode(view, 0, bytes.length, { ...context, peers }, required);
          expect([one, two, three].map((chain) => chain.elements)).toEqual(
            theirs.chains.map((chain) => chain.elements.map(elementOf)),
          );
          const problems = [...one.problems, ...two.problems, ...three.problems];
          expect(problems).toEqual(theirs.issues.filter(({ chain }) => chain !== null).map(problemOf));
          elements += three.elements.length;
        },
      ),
      { numRuns: 4 * runs },
    );
    expect(elements).toBeGreaterThan(runs);
  });
});

/** Holds walk and decode against the interpreting code. */
function agree(subject: Subject, bytes: Uint8Array): ReturnType<ChainCodec['decode']> {
  const { ours, format } = subject;
  const [{ format: chainFormat }] = format.chains as [SpaceFormat['chains'][0]];
  const view = viewOf(bytes);
  const walk = walkChain(chainFormat, view);
  const walked = ours.walk(view);
  expect(walked.elements).toEqual(
    walk.elements.map(({ id, version, offset, nextOffset, extent }) => ({
      id,
      version,
      offset,
      next: nextOffset,
      length: extent,
    })),
  );
  expect(walked.problems).toEqual(walk.issues.map(problemOf));
  const context = contextOf(subject, bytes);
  const theirs = decodeChains(format, view, [walk], context);
  const decoded = ours.decode(view, 0, bytes.length, context);
  expect(decoded.problems).toEqual(theirs.issues.map(problemOf));
  expect(decoded.elements).toEqual((theirs.chains[0]?.elements ?? []).map(elementOf));
  return decoded;
}

function contextOf({ format }: Subject, bytes: Uint8Array): CodecContext {
  try {
    return { outer: format.head.codec.decode(viewOf(bytes), 0, bytes.length, {}), env: {} };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return {};
  }
}

function elementOf({ name, value, id, version, offset, bytes }: DecodedElement): object {
  return name === null ? { kind: 'raw', id, version, offset, bytes } : { kind: name, offset, value };
}

function problemOf({ code, offset }: ChainIssue): ChainProblem {
  return { code, offset } as ChainProblem;
}

/** Offsets and bytes that are not the same; a buffer that the builder made longer has zeros there. */
function differences(one: Uint8Array, other: Uint8Array): (readonly [number, number?, number?])[] {
  const length = Math.max(one.length, other.length);
  return Array.from({ length }, (_, i) => [i, one[i] ?? 0, other[i] ?? 0] as const).filter(
    ([, a, b]) => a !== b,
  );
}
