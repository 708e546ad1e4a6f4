import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCall } from '../../src/trace/event.ts';
import { TraceError } from '../../src/trace/fields.ts';
import { readTrace, readTraces, TraceReader } from '../../src/trace/reader.ts';

const header = '{"trace":1,"kernel":"6.12.117","arena":["0x1000","0x1000"],"scratch":["0x3000","0x1000"]}';
const call =
  '{"seq":0,"name":"IOMMU_DESTROY","cmd":15232,"in":"0800000001000000","ret":-1,"errno":"ENOENT","out":"0800000001000000"}';
const read = '{"seq":1,"op":"read","fd":4,"len":40,"ret":0,"errno":"0","data":""}';
const store = '{"op":"store","process":1,"addr":"0x1008","data":"0102"}';
const second = '{"trace":1,"kernel":"6.12.117","test":"another"}';
const events = [
  '{"op":"mmap","addr":"0x5000","len":8192,"shared":true}',
  '{"op":"mprotect","addr":"0x5000","len":4096}',
  '{"op":"munmap","addr":"0x5000","len":"0x1000"}',
  '{"op":"fork","child":1}',
  store,
  '{"op":"exit","process":1}',
];
const text = [header, call, '', read, second, ...events, call].join('\n');

describe('a trace', () => {
  it('is the same wherever its text is cut', () => {
    const whole = readTraces(text);
    const expected = whole.flatMap(({ header: above, lines }) => lines.map((line) => ({ above, line })));
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (places) => {
        const cuts = [0, ...places.sort((a, b) => a - b), text.length];
        const reader = new TraceReader();
        const found: typeof expected = [];
        for (const [i, cut] of cuts.entries()) {
          for (const line of reader.push(text.slice(cut, cuts[i + 1] ?? cut))) {
            found.push({ above: reader.header, line });
          }
        }
        for (const line of reader.end()) found.push({ above: reader.header, line });
        expect(found).toEqual(expected);
      }),
    );
  });

  it('has calls, and what happened between them', () => {
    const [first, another] = readTraces(text);
    expect(first?.records.map(({ kind, line, errno }) => [kind, line, errno])).toEqual([
      ['ioctl', 2, 'ENOENT'],
      ['read', 4, null],
    ]);
    expect(another?.header.test).toBe('another');
    expect(another?.lines.map((line) => [line.kind, line.process, isCall(line)])).toEqual([
      ['mmap', 0, false],
      ['mprotect', 0, false],
      ['munmap', 0, false],
      ['fork', 0, false],
      ['store', 1, false],
      ['exit', 1, false],
      ['ioctl', 0, true],
    ]);
  });

  it('takes a long line in many pieces as quickly as in one', () => {
    const reader = new TraceReader();
    const piece = ' '.repeat(1 << 14);
    const pushAll = (): void => {
      for (let i = 0; i <= 1 << 12; i++) expect([...reader.push(piece)]).toEqual([]);
    };
    expect(pushAll).toThrow(/^line 1: the line is longer than 67108864 characters/);
  });

  it('counts lines without anything in them', () => {
    const reader = new TraceReader();
    expect(() => [...reader.push('\n\n\n{')]).not.toThrow();
    expect(() => [...reader.end()]).toThrow(/^line 4: not JSON/);
  });

  it('names the line that is none', () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['', /^line 1: the trace is empty/],
      [call, /^line 1: the header of a trace is missing/],
      [store, /^line 1: the header of a trace is missing/],
      [`${header}\n${header.replace('1', '2')}`, /^line 2: trace format 2 is not known/],
      [`${header}\n${call.slice(0, 40)}`, /^line 2: not JSON/],
      [`${header}\n${call.replace('08', '8')}`, /^line 2: "in" is .*expected hex digits/],
      [`${header}\n${read.replace('read', 'seek')}`, /^line 2: op "seek" of a call is not known/],
      [`${header}\n${read.replace('"len":40,', '')}`, /^line 2: "len" is missing/],
      [`${header}\n${store.replace('store', 'brk')}`, /^line 2: op "brk" is not known/],
      [`${header}\n${store.replace('"addr":"0x1008",', '')}`, /^line 2: "addr" is missing/],
      [
        `${header}\n${events[0]?.replace('true', '"yes"')}`,
        /^line 2: "shared" is "yes", expected true or false/,
      ],
    ];
    for (const [lines, message] of wrong) {
      expect(() => readTrace(lines)).toThrow(TraceError);
      expect(() => readTrace(lines)).toThrow(message);
    }
  });
});
