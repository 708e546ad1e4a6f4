import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TraceError } from '../../src/trace/parse.ts';
import { readTrace, TraceReader } from '../../src/trace/reader.ts';

const header = '{"trace":1,"kernel":"6.12.117","arena":["0x1000","0x1000"],"scratch":["0x3000","0x1000"]}';
const call =
  '{"seq":0,"name":"IOMMU_DESTROY","cmd":15232,"in":"0800000001000000","ret":-1,"errno":"ENOENT","out":"0800000001000000"}';
const read = '{"seq":1,"op":"read","fd":4,"len":40,"ret":0,"errno":"0","data":""}';
const text = [header, call, '', read].join('\n');

describe('a trace', () => {
  it('is the same wherever its text is cut', () => {
    const whole = readTrace(text);
    expect(whole.records.map(({ kind, line, errno }) => [kind, line, errno])).toEqual([
      ['ioctl', 2, 'ENOENT'],
      ['read', 4, null],
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (places) => {
        const cuts = [0, ...places.sort((a, b) => a - b), text.length];
        const reader = new TraceReader();
        const records = cuts.flatMap((cut, i) => [...reader.push(text.slice(cut, cuts[i + 1] ?? cut))]);
        expect([...records, ...reader.end()]).toEqual(whole.records);
        expect(reader.header).toEqual(whole.header);
      }),
    );
  });

  it('names the line that is none', () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['', /^line 1: the trace is empty/],
      [call, /^line 1: the header of a trace is missing/],
      [`${header}\n${call.slice(0, 40)}`, /^line 2: not JSON/],
      [`${header}\n${call.replace('08', '8')}`, /^line 2: "in" is .*expected hex digits/],
      [`${header}\n${read.replace('read', 'seek')}`, /^line 2: op "seek" is not known/],
      [`${header}\n${read.replace('"len":40,', '')}`, /^line 2: "len" is missing/],
    ];
    for (const [lines, message] of wrong) {
      expect(() => readTrace(lines)).toThrow(TraceError);
      expect(() => readTrace(lines)).toThrow(message);
    }
  });
});
