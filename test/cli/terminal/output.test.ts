import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/program.ts';
import { colour } from '../../../src/cli/terminal/colour.ts';
import { fileOutput, type Output, outputTo, printJson } from '../../../src/cli/terminal/output.ts';
import { commandsOf, wholeProgram } from '../../helpers/every-command.ts';
import { uapi, uapiOn } from '../../helpers/run-cli.ts';
import { hasTool } from '../../helpers/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-output-'));
const file = (name: string, contents: string): string => {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
};
beforeAll(() => {
  // Shared with other tests: to read all schemas takes seconds.
  process.env['UAPIKIT_CACHE'] = join(tmpdir(), 'uapikit-test-cache');
  process.env['UAPIKIT_PCI_IDS'] = join(folder, 'pci.ids');
  file('pci.ids', '');
});
afterAll(() => {
  delete process.env['UAPIKIT_PCI_IDS'];
  rmSync(folder, { recursive: true });
});

/** What a terminal would obey. */
const obeyed = /(?![\n\t])\p{Cc}|\p{Bidi_Control}/u;

const escapeCharacter = String.fromCharCode(0x1b);
const ownColours = new RegExp(`${escapeCharacter}\\[(?:1|2|22|31|32|36|39)m`, 'g');

/** Text that tries to do something to a terminal, to colour it as the program does, or to begin a line. */
const hostileText = fc
  .array(
    fc.constantFrom(
      '\u001b[31m',
      '\u001b]0;title\u0007',
      '\u009b1m',
      '\u202e',
      '\u2066',
      '\u007f',
      '\u0000',
      '\b',
      '\r',
      '\nFORGED',
      'a',
      ' ',
      '"',
      '\\',
      'é',
      '\u{1f600}',
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** An output that keeps what it prints. */
function collected(): { readonly output: Output; readonly printed: () => string } {
  let text = '';
  const out = (data: string | Uint8Array): void => {
    text += String(data);
  };
  return { output: outputTo({ out, err: () => {}, isTerminal: true }), printed: () => text };
}

const header = '{"trace":1,"kernel":"6.12.117","machine":"x86_64","page_size":4096,"profile":"","seed":0,';
const arena = '"arena":["0x100000000","0x4000000"],"scratch":["0x200000000","0x100000"]';

function traceWith(text: string): string {
  const given = JSON.stringify(text);
  const call = `"cmd":15232,"in":"0800000005000000","out":"0800000005000000"`;
  return file(
    'calls.jsonl',
    [
      `${header}${arena}}`,
      `{"seq":0,"name":${given},${call},"ret":0,"errno":"0"}`,
      `{"seq":1,"name":"IOMMU_DESTROY",${call},"ret":-1,"errno":${given}}`,
      `{"seq":2,"name":"X","cmd":99,"in":"","out":"","ret":-1,"errno":${given}}`,
      '',
    ].join('\n'),
  );
}

function schemaWith(text: string): string {
  const doc = JSON.stringify(text);
  return file(
    'lamp.yaml',
    `uapi: 1\nname: lamp\nheader: { path: linux/lamp.h }\nstructs:\n  lamp_set:\n    doc: ${doc}\n    fields:\n` +
      `      - { name: id, type: u32, doc: ${doc} }\n      - { name: label, type: "char[8]" }\n`,
  );
}

const lampBytes = '01000000' + '1b9b417fc285008f';

/** For every command with data of a file, arguments that make it print the data. */
const runs: Readonly<Record<string, (text: string) => readonly string[]>> = {
  trace: (text) => ['trace', traceWith(text)],
  'trace --json': (text) => ['trace', traceWith(text), '--json'],
  'trace of a test': (text) => [
    'trace',
    file(
      'test.jsonl',
      `${header}"test":${JSON.stringify(text)},${arena}}\n{"seq":0,"op":"open","path":${JSON.stringify(text)},"ret":3,"errno":"0"}\n`,
    ),
  ],
  replay: (text) => ['replay', traceWith(text)],
  'replay --json': (text) => ['replay', traceWith(text), '--json'],
  'validate --trace': (text) => ['validate', '--trace', traceWith(text)],
  'validate --trace --json': (text) => ['validate', '--json', '--trace', traceWith(text)],
  validate: (text) => ['validate', 'lamp_set', lampBytes, '--schema', schemaWith(text)],
  decode: (text) => ['decode', 'lamp_set', lampBytes, '--schema', schemaWith(text), '-v'],
  'decode --json': (text) => ['decode', 'lamp_set', lampBytes, '--schema', schemaWith(text), '--json'],
  encode: (text) => ['encode', 'lamp_set', JSON.stringify({ [text]: 1 }), '--schema', schemaWith('')],
  'encode of what is no JSON': (text) => ['encode', 'lamp_set', `{${text}`, '--schema', schemaWith('')],
  list: (text) => ['list', '--schema', schemaWith(text), 'lamp'],
  'list --json': (text) => ['list', '--schema', schemaWith(text), 'lamp', '--json'],
  layout: (text) => ['layout', '--schema', schemaWith(text), 'lamp_set'],
  check: (text) => [
    'check',
    file('bad.yaml', `uapi: 1\nname: lamp\n${JSON.stringify(text)}: 1\ninclude: [${JSON.stringify(text)}]\n`),
  ],
  'check --json': (text) => [
    'check',
    '--json',
    file('bad.yaml', `uapi: 1\nname: lamp\n${JSON.stringify(text)}: 1\n`),
  ],
  'check of no YAML': (text) => ['check', file('worse.yaml', `uapi: 1\n${text}\n`)],
  'gen c': (text) => ['gen', 'c', schemaWith(text), '--out', '-'],
  'gen docs': (text) => ['gen', 'docs', schemaWith(text), '--out', '-'],
  pci: (text) => {
    file('pci.ids', `8086  ${text.replaceAll('\n', '')}\n\t1234  ${text.replaceAll('\n', '')}\n`);
    return [
      'pci',
      file('lspci.txt', `00:1f.0 Bridge: ${text.replaceAll('\n', '')}\n00: 86 80 34 12${' 00'.repeat(12)}\n`),
    ];
  },
  init: (text) => ['init', text, folder],
  ioas: (text) => ['ioas', file('flow.ioas', `${text.replaceAll('\0', '')}\n`)],
  'a name of a struct': (text) => ['layout', text],
  'an unknown command': (text) => [text],
  'an unknown option': (text) => ['list', `--${text}`],
};

/** Commands that read nothing that somebody else wrote. */
const withoutInput = ['demo', 'completion', 'man', 'pci diff'];

describe('what is printed', () => {
  it('is tried for every command', async () => {
    const tried = Object.keys(runs).map((name) => name.split(' ')[0]);
    const known = commandsOf(await wholeProgram()).map(([words]) => words.join(' '));
    expect(known.filter((name) => !tried.includes(name) && !withoutInput.includes(name))).toEqual([]);
  });

  it.each(Object.keys(runs))('holds no character of the input that a terminal obeys: %s', async (name) => {
    const run = runs[name] ?? (() => []);
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        const args = run(text);
        process.env['NO_COLOR'] = '1';
        const plain = await uapiOn(true, ...args).finally(() => delete process.env['NO_COLOR']);
        expect(plain.raw).toBeUndefined();
        expect([plain.out.match(obeyed), plain.err.match(obeyed)]).toEqual([null, null]);
        const coloured = await uapiOn(true, ...args);
        // Columns of colours are filled up with blanks.
        expect(coloured.out.replace(ownColours, '').replace(/ +$/gm, '')).toBe(
          plain.out.replace(/ +$/gm, ''),
        );
        if (name.endsWith('--json') && plain.out !== '') JSON.parse(plain.out);
        if (/^(?:trace|replay|validate|check)/.test(name)) expect(plain.out).not.toMatch(/^FORGED/m);
      }),
      { numRuns: 3, examples: [['\nFORGED\u001b[31m']] },
    );
  });

  it('keeps what the data says in JSON', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.string({ unit: 'binary' })), (text) => {
        const { output, printed } = collected();
        printJson(output, { [text]: text });
        expect(printed()).not.toMatch(obeyed);
        expect(JSON.parse(printed())).toEqual({ [text]: text });
      }),
    );
  });

  it('has the colours of the program, and none that the data made', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const { output, printed } = collected();
        output.line(`${colour('red')(`<${text}>`)}${text}`);
        expect(printed().split(escapeCharacter)).toHaveLength(3);
        expect(printed().startsWith('\u001b[31m<')).toBe(true);
        expect(printed().replace(ownColours, '')).not.toMatch(obeyed);
      }),
    );
  });

  it('holds no bytes on a terminal', async () => {
    const raw = ['encode', 'iommu_destroy', '{"id": 7}', '--raw'];
    expect((await uapi(...raw)).raw).toEqual(Uint8Array.of(8, 0, 0, 0, 7, 0, 0, 0));
    expect(await uapiOn(true, ...raw)).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringContaining('standard output is a terminal'),
    });
    const config = join(folder, 'config');
    writeFileSync(config, Uint8Array.of(0x86, 0x80, ...new Uint8Array(62)));
    expect(await uapiOn(true, 'pci', '--raw', config)).toMatchObject({ status: 2, out: '' });
  });
});

describe('output that cannot be written', () => {
  const full = openSync('/dev/full', 'w');
  afterAll(() => closeSync(full));

  /** Arguments with which each command prints something. */
  const printing: Readonly<Record<string, readonly string[]>> = {
    list: ['list', 'ioas_map'],
    layout: ['layout', 'iommu_destroy'],
    decode: ['decode', 'IOMMU_DESTROY', '0800000007000000'],
    encode: ['encode', 'IOMMU_DESTROY', '{"id": 7}'],
    validate: ['validate', 'IOMMU_DESTROY', '0800000007000000'],
    pci: ['pci', '00'.repeat(64)],
    'pci diff': ['pci', 'diff', '00'.repeat(64), '01'.repeat(64)],
    check: ['check', file('nothing.yaml', 'uapi: 1\nname: nothing\n')],
    init: ['init', 'blinker', join(folder, 'blinker')],
    gen: ['gen', 'c', file('nothing.yaml', 'uapi: 1\nname: nothing\n'), '--out', '-'],
    trace: ['trace', traceWith('IOMMU_DESTROY')],
    replay: ['replay', traceWith('IOMMU_DESTROY')],
    ioas: ['ioas', join(import.meta.dirname, '../../../docs/examples/nesting.ioas')],
    demo: ['demo'],
    completion: ['completion', 'bash'],
    man: ['man'],
  };

  it('is one line and status 2, for every command', async () => {
    const all = commandsOf(await wholeProgram()).map(([words]) => words.join(' '));
    expect(all.filter((name) => printing[name] === undefined)).toEqual([]);
    const known = all.filter((name) => name !== 'demo' || hasTool('gcc'));
    const notes = join(folder, 'notes');
    for (const args of [
      ...known.map((name) => printing[name] ?? []),
      ['--help'],
      ['--version'],
      ['list', '--help'],
    ]) {
      const told = openSync(notes, 'w');
      const status = await runCli(args, fileOutput(full, told), '0');
      closeSync(told);
      expect([args, status, readFileSync(notes, 'utf8')]).toEqual([
        args,
        2,
        'uapi: error: cannot write to standard output: no space left\n',
      ]);
    }
  });

  it('is no failure if the reader has seen enough', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [both, writer] = [openSync(pipe, 'r+'), openSync(pipe, 'w')];
    closeSync(both);
    const notes = join(folder, 'notes');
    const told = openSync(notes, 'w');
    expect(await runCli(['list'], fileOutput(writer, told), '0')).toBe(0);
    expect(await runCli(['nosuch'], fileOutput(told, writer), '0')).toBe(2);
    for (const descriptor of [writer, told]) closeSync(descriptor);
    expect(readFileSync(notes, 'utf8')).toBe('');
  });

  it('is status 2 when nothing can be told about it either', async () => {
    expect(await runCli(['list'], fileOutput(full, full), '0')).toBe(2);
    expect(await runCli(['nosuch'], fileOutput(full, full), '0')).toBe(2);
    const closed = openSync('/dev/null', 'w');
    closeSync(closed);
    expect(await runCli(['list'], fileOutput(closed, full), '0')).toBe(2);
  });
});
