import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { EmittedFile } from '../../codegen/backend.ts';
import { cBackend } from '../../codegen/c/backend.ts';
import { Catalog } from './catalog.ts';
import type { ExitStatus } from './exit-status.ts';
import { packageFolder, writeText } from './files.ts';
import { type HeaderFacts, parseHeaderFacts, proveHeader } from './header-proof.ts';
import { type Output, table } from './output.ts';
import { UsageError } from './usage-error.ts';

/** `uapi demo`: the main job on real input, end to end. */
export function configureDemo(command: Command, output: Output, finish: (status: ExitStatus) => void): void {
  command
    .addHelpText(
      'after',
      "\nGenerates the C headers of Linux 6.12, compiles them with gcc, and compares what they define with what was\nrecorded from the kernel's own headers.",
    )
    .action(() => {
      if (!compiles([], ''))
        throw new UsageError(
          "the demo needs gcc with the kernel's uapi headers (Debian: gcc, linux-libc-dev)",
        );
      const folder = mkdtempSync(join(tmpdir(), 'uapikit-demo-'));
      try {
        finish(runDemo(folder, output) ? 0 : 1);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
}

function runDemo(folder: string, output: Output): boolean {
  output.line('1. C headers from the schemas (uapi gen c)');
  const headers = Catalog.load().models.flatMap((model) => cBackend.emit(model));
  for (const { path, text } of headers) writeText(join(folder, path), text);
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

  const good =
    proofs.every(({ failures }) => failures.length === 0) &&
    standards.every(([, state]) => state === 'clean');
  const facts = proofs.reduce((sum, proof) => sum + proof.facts, 0);
  output.line(good ? `\nAll ${facts} facts are equal.` : '\nThere are differences.');
  return good;
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
  const folder = join(packageFolder, 'test', 'data', 'kernel-headers');
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
