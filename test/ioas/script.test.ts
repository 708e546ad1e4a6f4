import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runScript } from '../../src/cli/ioas-run.ts';
import { parseScript } from '../../src/cli/ioas-script.ts';
import { sequencePicture } from '../../src/cli/ioas-svg.ts';
import { verbs } from '../../src/cli/ioas-verbs.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
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
      [`${machine}1g = alloc`, /:4: 1g is no name/],
      [`${machine}profile v2\ng = alloc\nprofile v1`, /:4: the profile is chosen before/],
      ['device d on=u sid=1', /:1: there is no IOMMU u/],
      ['bind \0\x07', /script\.ioas is no text, expected calls, one on each line/],
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

  it('are explained in docs/ioas.md, word by word', () => {
    const text = repositoryText('docs/ioas.md');
    for (const { usage } of Object.values(verbs)) expect(text).toContain(usage);
    for (const example of examples) expect(text).toContain(example);
  });
});
