import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/usage-error.ts';
import { parseScript } from '../../src/script/parse.ts';
import { sequencePicture } from '../../src/script/picture.ts';
import { runScript } from '../../src/script/run.ts';
import { verbs } from '../../src/script/verbs.ts';
import { uapi } from '../helpers/run-cli.ts';
import { repositoryText } from '../helpers/schemas.ts';

const folder = fileURLToPath(new URL('../../docs/examples/', import.meta.url));
const examples = readdirSync(folder).filter((name) => name.endsWith('.ioas'));
const scratch = mkdtempSync(join(tmpdir(), 'uapikit-ioas-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Runs a script that is given as text. */
function run(text: string, ...options: string[]): ReturnType<typeof uapi> {
  const file = join(scratch, 'script.ioas');
  writeFileSync(file, text);
  return uapi('ioas', file, ...options);
}

const machine = 'iommu u smmuv3\ndevice d on=u sid=1 ats pasids=8\nbind d label=0xd\n';

describe('examples', () => {
  it.each(examples)('%s runs, and everything comes as it says', async (name) => {
    const svg = join(scratch, `${name}.svg`);
    const { status, out, err } = await uapi('ioas', join(folder, name), '--svg', svg);
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain(' <- ');
    const picture = readFileSync(svg, 'utf8');
    expect(picture).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(picture.match(/<text/g)?.length).toBe(picture.match(/<\/text>/g)?.length);
    expect(picture).toBe(repositoryText(`docs/pictures/ioas-${name.replace('.ioas', '.svg')}`));
    const json = await uapi('ioas', join(folder, name), '--json');
    const { steps } = JSON.parse(json.out) as { steps: { expected: unknown }[] };
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.every(({ expected }) => expected === null)).toBe(true);
  });

  it('row 30: the two ways to invalidate a device differ in their commands only', async () => {
    const [generic, override] = await Promise.all(
      ['device-invalidate', 'device-invalidate-override'].map(async (name) => {
        const { out } = await uapi('ioas', join(folder, `${name}.ioas`), '--json');
        const { steps } = JSON.parse(out) as {
          steps: { call: string; answer: string; commands: unknown[] }[];
        };
        return steps;
      }),
    );
    const count = (steps: typeof generic) =>
      steps?.find(({ call }) => call.startsWith('DEVICE_INVALIDATE'))?.commands.length;
    expect([count(generic), count(override)]).toEqual([3, 1]);
    const answers = (steps: typeof generic) => steps?.map(({ answer }) => answer);
    expect(answers(generic)).toEqual(answers(override));
  });
});

describe('scripts', () => {
  it('name the line and what is wrong in it', async () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['iommu u smmuv4', /:1: the kind is smmuv4, expected smmuv3, .*did you mean smmuv3\?/],
      [`${machine}\nmapp x`, /:5: unknown word mapp; did you mean map\?/],
      [`${machine}map g iova=0 to=0 size=1`, /:4: there is no address space g/],
      [`${machine}alloc`, /:4: the result needs a name: NAME = alloc/],
      [`${machine}g = bind d label=1`, /:4: bind gives nothing to call g/],
      [`${machine}g = alloc\ng = alloc`, /:5: there is an address space g already/],
      [`${machine}g = alloc size=1`, /:4: alloc does not take size=/],
      [`${machine}g = alloc\nattach d`, /:5: attach needs an address space/],
      [`${machine}g = alloc\nmap g iova=zero to=0 size=1`, /:5: iova is zero, expected a number/],
      [`${machine}g = alloc\nmap g iova=0 iova=1`, /:5: iova is given twice/],
      [`${machine}read d 0xfffffffffffffffff`, /:4: the address is 0xfffffffffffffffff, expected a number/],
      [`${machine}1g = alloc`, /:4: 1g is not a name/],
      [`${machine}profile v2\ng = alloc\nprofile v1`, /:4: the profile is chosen before/],
      ['device d on=u sid=1', /:1: there is no IOMMU u/],
      [`${machine}table a/b format=vtd_s1`, /:4: a\/b is not a name/],
      [`${machine}hw g atc-inv`, /:4: there is no address space g/],
      [`${machine}g = alloc\nhw g tlbi-all label=1`, /:5: label= is not an operand of tlbi-all/],
      [`${machine}g = alloc\nhw g atc-inv label=1 pages=2`, /:5: pages= needs addr=/],
      [`${machine}g = alloc\ninvalidate g size=4KiB`, /:5: size= needs addr=/],
      [`${machine}g = alloc snoop`, /:4: alloc does not take snoop/],
      [`${machine}table t format=vtd_s1\nentry t at=0 access=w`, /:5: access is w, expected r, rw/],
      ['iommu u flat\ndevice m on=u sid=1 mediated', /:2: m has no PASID left for m/],
      [`${machine}device m on=u sid=1 pasids=9 mediated`, /:4: pasids= is that of d, which has the sid/],
      [`${machine}read \x1b[2J 0`, /:4: there is a control character, 0x1b/],
      [`# ${'x'.repeat(2000)}\nread ${'d '.repeat(1000)}`, /:2: the line has 2004 characters/],
      ['bind \0\x07', /script\.ioas is not text, expected calls, one on each line/],
    ];
    for (const [text, message] of wrong) {
      const { status, out, err } = await run(text);
      expect([text, status, out]).toEqual([text, 2, '']);
      expect(err).toMatch(message);
    }
    expect((await uapi('ioas', join(scratch, 'none'))).status).toBe(2);
  });

  it('show calls that fail, and are wrong only where something else was expected', async () => {
    const text = `${machine}g = alloc\nmap g iova=0 to=0x40000000 size=4KiB`;
    const shown = await run(text);
    expect([shown.status, shown.out]).toEqual([0, expect.stringContaining('EINVAL (attached)')]);
    expect((await run(`${text} expect=EINVAL`)).status).toBe(0);
    const other = await run(`${text} expect=ok`);
    expect([other.status, other.out]).toEqual([1, expect.stringContaining('!! expected ok')]);
  });

  it('end with a result or one clear line, whatever is in them', () => {
    const word = fc.oneof(
      fc.constantFrom(
        ...Object.keys(verbs),
        'd',
        'u',
        'g',
        't',
        '=',
        'smmuv3',
        'vtd',
        'on=u',
        'label=0xd',
        'pasid=5',
        'iova=0',
        'to=0x40000000',
      ),
      fc.constantFrom(
        'size=4KiB',
        'addr=0',
        'at=0x1000',
        'format=smmuv3_s1',
        'table=t',
        'code=invalid',
        'atc-inv',
        'vtd-inv',
        '0x1000',
        'sid=2',
        'asid=1',
      ),
      fc.string({ maxLength: 6 }),
    );
    const line = fc.array(word, { minLength: 1, maxLength: 7 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = `${machine}g = alloc\nattach d g\ntable t format=smmuv3_s1\n${lines.join('\n')}`;
        try {
          const result = runScript(parseScript(text, 'x'), 'x');
          expect(sequencePicture(result, 'x')).toContain('</svg>');
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
          expect(error.message).toMatch(/^x:\d+: [^\n]+$/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('mean the same with comments and with the line ends of other systems', () => {
    const lines = `${machine}g = alloc\nattach d g\nmap g iova=0 to=0x40000000 size=4KiB\nread d 0x123`.split(
      '\n',
    );
    const told = (text: string) =>
      runScript(parseScript(text, 'x'), 'x').steps.map(({ outcome: { shown, answer } }) => [shown, answer]);
    const expected = told(lines.join('\n'));
    const remark = fc.constantFrom('', '#', ' # g = alloc', '#####', '\t');
    const between = fc.constantFrom('', '\n', '# alone\r\n', '\r\n');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(remark, fc.constantFrom('\n', '\r\n'), between), {
          minLength: lines.length,
          maxLength: lines.length,
        }),
        (ends) => {
          expect(told(lines.map((line, i) => line + (ends[i]?.join('') ?? '')).join(''))).toEqual(expected);
        },
      ),
    );
    expect(told(`${'#'.repeat(200_000)}\r\n${lines.join('\n')}`)).toEqual(expected);
  });

  it('end with one line where they would show more than anybody reads', () => {
    const attached = Array.from({ length: 200 }, (_, pasid) => `attach d g pasid=${pasid}`);
    const lines = [...attached, ...Array.from({ length: 1000 }, () => 'invalidate-device label=0xd')];
    const text = `${machine}g = alloc\n${lines.join('\n')}`;
    expect(() => runScript(parseScript(text, 'x'), 'x')).toThrow(
      /^x:\d+: 100200 hardware commands so far, expected at most 100000$/,
    );
  });

  it('give a name to one address space at a time, the one that it was given to last', async () => {
    const text = `${machine}a = alloc\nfree a\nfree a expect=ENOENT\nb = alloc\nattach d b\na = alloc\ninfo b`;
    const { status, out } = await run(text);
    expect(status).toBe(0);
    expect(out).toContain('ATTACH d b');
    expect(out.split('\n').filter((line) => line.includes('used by'))).toEqual([
      'b: ioas 2, 0 mapped; used by d',
      'a: ioas 3, 0 mapped; used by nobody',
    ]);
  });

  it('draw each command at the IOMMU that took it, also where a device has its name', () => {
    const text = machine.replace('device d', 'device u').replace('bind d', 'bind u');
    const result = runScript(
      parseScript(`${text}g = alloc\nattach u g\ninvalidate-device label=0xd`, 'x'),
      'x',
    );
    // Lines are 300 apart from 150 on: user space, /dev/iommu, the IOMMU, the device.
    expect(sequencePicture(result, 'x')).toMatch(/<line class="command" x1="450" y1="\d+" x2="746"/);
  });

  it('are explained in docs/ioas.md, word by word', () => {
    const text = repositoryText('docs/ioas.md');
    for (const { usage } of Object.values(verbs)) expect(text).toContain(usage);
    for (const example of examples) expect(text).toContain(example);
  });
});
