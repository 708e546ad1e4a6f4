import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Commands that can run a program which -m32 compiled: the program itself, if the kernel executes such programs, and
 * Debian's qemu-user. A kernel without 32-bit support refuses them although the compiler makes them.
 */
const runners: readonly (readonly string[])[] = [[], ['qemu-i386']];

/** UAPIKIT_I386=qemu tries the emulator only, as if the kernel refused 32-bit programs. */
const tried = process.env['UAPIKIT_I386'] === 'qemu' ? runners.slice(1) : runners;

/** Prints what only a 32-bit program prints; when it is refused, a shell may try to read it, so status alone is no proof. */
const probe = '#include <stdio.h>\nint main(void) { return printf("i386 %d\\n", (int)sizeof(long)) != 7; }\n';

let runner: readonly string[] | undefined | null = null;

/** Whether programs that gcc -m32 compiles can run here, natively or emulated: compiles one and runs it. */
export function runsI386(): boolean {
  return findRunner() !== undefined;
}

/** Runs a program that -m32 compiled. */
export function runI386(program: string, args: readonly string[] = []): SpawnSyncReturns<string> {
  const found = findRunner();
  if (found === undefined) throw new Error('no 32-bit program runs here: ask hasTool before');
  return run(found, program, args);
}

function findRunner(): readonly string[] | undefined {
  if (runner !== null) return runner;
  const folder = mkdtempSync(join(tmpdir(), 'uapikit-i386-'));
  try {
    const program = join(folder, 'probe');
    const { status } = spawnSync('gcc', ['-m32', '-x', 'c', '-', '-o', program], {
      input: probe,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const works = (one: readonly string[]): boolean => {
      const done = run(one, program, []);
      return done.status === 0 && done.stdout === 'i386 4\n';
    };
    runner = status === 0 ? tried.find(works) : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
  return runner;
}

function run(prefix: readonly string[], program: string, args: readonly string[]): SpawnSyncReturns<string> {
  const [command = program, ...rest] = [...prefix, program, ...args];
  return spawnSync(command, rest, { encoding: 'utf8', maxBuffer: 1 << 28 });
}
