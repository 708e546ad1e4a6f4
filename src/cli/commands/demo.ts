import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Command } from 'commander';
import type { EmittedFile } from '../../../codegen/backend.ts';
import { cBackend } from '../../../codegen/c/backend.ts';
import { UsageError } from '../../base/usage-error.ts';
import { formatDump } from '../../pci/dump-text.ts';
import type { ExitStatus, Finish } from '../exit-status.ts';
import { packageFolder } from '../files.ts';
import { Catalog } from '../schemas/catalog.ts';
import { type Output, table } from '../terminal/output.ts';
import { writeText, writeTexts } from '../write-files.ts';
import { configureDecode } from './decode.ts';
import { type HeaderFacts, parseHeaderFacts, proveHeader } from './header-proof.ts';
import { configureIoas } from './ioas.ts';
import { configurePci } from './pci.ts';
import { configureReplay } from './replay.ts';
import { configureValidate } from './validate.ts';

/** `uapi demo`: the main job on real input, end to end. */
export function configureDemo(command: Command, output: Output, finish: Finish): void {
  command
    .addHelpText(
      'after',
      "\nGenerates the C headers of Linux 6.12, compiles them with gcc, and compares what they define with what was\nrecorded from the kernel's own headers. Then decodes a PCI device and a reply of VFIO that were\nrecorded, validates a payload, replays recorded calls on the reference /dev/iommu, and\ninvalidates a whole device on that of the RFC of 2021.",
    )
    .action(() => {
      if (!compiles([], ''))
        throw new UsageError(
          "the demo needs gcc with the kernel's uapi headers (Debian: gcc, linux-libc-dev)",
        );
      finish(runInScratch(output));
    });
}

async function runInScratch(output: Output): Promise<ExitStatus> {
  const folder = mkdtempSync(join(tmpdir(), 'uapikit-demo-'));
  try {
    return (await runDemo(folder, output)) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runDemo(folder: string, output: Output): Promise<boolean> {
  output.line('1. C headers from the schemas (uapi gen c)');
  const headers = Catalog.load().models.flatMap((model) => cBackend.emit(model));
  writeTexts(headers.map(({ path, text }) => ({ path: join(folder, path), text })));
  print(headers.map(describe), output);

  output.line('\n2. They compile without a warning (-Wall -Wextra -Werror -pedantic -Wno-long-long)');
  const program = `${headers.map(({ path }) => `#include <${path}>\n`).join('')}int main(void) { return 0; }\n`;
  const standards = ['c90', 'c99', 'c11'].map((standard) => {
    const clean = compiles(
      [`-std=${standard}`, '-Wall', '-Wextra', '-Werror', '-pedantic', '-Wno-long-long', '-I', folder],
      program,
    );
    return [`gcc -std=${standard}`, clean ? 'clean' : 'NOT CLEAN'];
  });
  print(standards, output);

  output.line(
    '\n3. They define what the headers of Linux 6.12.117 define: structs, members, enumerators, macros',
  );
  const proofs = recordedFacts().flatMap((facts) => prove(facts, folder));
  print(
    proofs.map(({ row }) => row),
    output,
  );
  for (const failure of proofs.flatMap(({ failures }) => failures).slice(0, 20)) output.line(`   ${failure}`);

  await decodeRecorded(folder, output);

  output.line('\n6. What Linux answers to a payload: `uapi validate IOMMU_IOAS_MAP PAYLOAD`');
  const refused = await runCommand(configureValidate, ['IOMMU_IOAS_MAP', mapWithoutAccess], output);

  output.line('\n7. Calls recorded on Linux 6.12.117, run on the reference /dev/iommu: `uapi replay TRACE`');
  const replayed = await runCommand(configureReplay, [dataFile('traces', 'mock-201.jsonl.gz')], output);

  output.line(
    '\n8. The /dev/iommu of the RFC of 2021: a device-wide invalidation (uapi ioas device-invalidate.ioas)',
  );
  const script = join(packageFolder, 'docs', 'examples', 'device-invalidate.ioas');
  const invalidated = await runCommand(configureIoas, [script], output);

  const good =
    refused === 1 &&
    invalidated === 0 &&
    replayed === 0 &&
    proofs.every(({ failures }) => failures.length === 0) &&
    standards.every(([, state]) => state === 'clean');
  const facts = proofs.reduce((sum, proof) => sum + proof.facts, 0);
  output.line(good ? `\nAll ${facts} facts are equal.` : '\nThere are differences.');
  return good;
}

/** A mapping that nobody may read or write. */
const mapWithoutAccess = '28000000010000000200000000000000000000000100000000100000000000000000100000000000';

function dataFile(...path: readonly string[]): string {
  return join(packageFolder, 'test', 'data', ...path);
}

/** Decodes what a machine said: recorded, so that it is the same everywhere. */
async function decodeRecorded(folder: string, output: Output): Promise<void> {
  const lines = recordedLines('qemu-q35.jsonl.gz');
  const device = lines.find(({ config }) => config === '0000:03:00.0');
  const reply = lines.find(({ name, argsz }) => name === 'VFIO_IOMMU_GET_INFO' && (argsz ?? 0) > 120);
  if (device === undefined || reply === undefined)
    throw new UsageError('the recorded replies are not complete');
  const slot = device.config ?? '';
  const dump = formatDump({ slot, title: '', bytes: Buffer.from(device.bytes ?? '', 'hex') });
  output.line(
    `\n4. A recorded PCI device: \`lspci -xxxx -s ${slot} | uapi pci --brief --only msix --only exp\``,
  );
  const file = join(folder, 'device.log');
  writeText(file, dump);
  await runCommand(configurePci, [file, '--brief', '--only', 'msix', '--only', 'exp'], output);
  output.line('\n5. A recorded reply of VFIO: `uapi decode VFIO_IOMMU_GET_INFO REPLY --brief`');
  const hex = (reply.out ?? '').slice(0, 240);
  await runCommand(configureDecode, ['VFIO_IOMMU_GET_INFO', hex, '--brief'], output);
}

/** A line of a recording: test/data/vfio/README.md. */
interface RecordedLine {
  readonly config?: string;
  readonly bytes?: string;
  readonly name?: string;
  readonly argsz?: number;
  readonly out?: string;
}

function recordedLines(name: string): readonly RecordedLine[] {
  const packed = readFileSync(dataFile('vfio', name));
  const text = gunzipSync(packed).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedLine);
}

/** Runs a command, with what it prints indented; gives its exit status. */
async function runCommand(
  configure: (command: Command, output: Output, finish: Finish) => void,
  args: readonly string[],
  output: Output,
): Promise<ExitStatus> {
  let finished: ExitStatus | Promise<ExitStatus> = 0;
  const line = (text: string): void => output.line(text.replaceAll(/^(?=.)/gm, '   '));
  const command = new Command();
  configure(command, { ...output, line }, (status) => {
    finished = status;
  });
  await command.parseAsync([...args], { from: 'user' });
  return await finished;
}

function describe({ path, text }: EmittedFile): string[] {
  const lines = text.split('\n').length - 1;
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return [
    path,
    `${lines} lines`,
    `${count(/^struct \w+ \{/gm)} structs`,
    `${count(/^#\s*define /gm)} macros`,
  ];
}

function recordedFacts(): readonly HeaderFacts[] {
  const folder = dataFile('kernel-headers');
  return readdirSync(folder).map((name) => parseHeaderFacts(readFileSync(join(folder, name), 'utf8')));
}

interface Proof {
  readonly row: string[];
  readonly facts: number;
  readonly failures: readonly string[];
}

function prove(facts: HeaderFacts, folder: string): Proof[] {
  const has32 = compiles(['-m32'], '');
  return (['lp64', 'i386'] as const).map((abi) => {
    const name = abi === 'lp64' ? 'x86-64' : 'i386';
    if (abi === 'i386' && !has32) {
      return {
        row: [facts.header, name, 'skipped: gcc -m32 is not installed (Debian: gcc-multilib)'],
        facts: 0,
        failures: [],
      };
    }
    const { facts: compared, failures } = proveHeader(facts, folder, abi);
    const verdict = failures.length === 0 ? 'equal' : `${failures.length} DIFFERENT`;
    return { row: [facts.header, name, `${compared} facts`, verdict], facts: compared, failures };
  });
}

function compiles(flags: readonly string[], program: string): boolean {
  const input = `#include <linux/types.h>\n#include <linux/ioctl.h>\n${program}`;
  return (
    spawnSync('gcc', [...flags, '-fsyntax-only', '-x', 'c', '-'], {
      input,
      stdio: ['pipe', 'ignore', 'ignore'],
    }).status === 0
  );
}

function print(rows: readonly (readonly string[])[], output: Output): void {
  for (const line of table(rows)) output.line(`   ${line}`);
}
