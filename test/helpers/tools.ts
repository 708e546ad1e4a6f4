import { spawnSync } from 'node:child_process';
import { runsI386 } from './i386.ts';

/** What tests need beyond Node, and how to see whether it is here. */
const probes = {
  gcc: () => compiles('gcc', 'c', '-m64'),
  'gcc -m32': () => compiles('gcc', 'c', '-m32'),
  'g++': () => compiles('g++', 'c++', '-m64'),
  'g++ -m32': () => compiles('g++', 'c++', '-m32'),
  clang: () => compiles('clang', 'c', '-m64'),
  'clang -m32': () => compiles('clang', 'c', '-m32'),
  'clang++': () => compiles('clang++', 'c++', '-m64'),
  'clang++ -m32': () => compiles('clang++', 'c++', '-m32'),
  'i386 programs': runsI386,
  xxd: () => runs('xxd', ['-v']),
  hexdump: () => runs('hexdump', ['--version']),
  od: () => runs('od', ['--version']),
  gdb: () => runs('gdb', ['--version']),
  python3: () => runs('python3', ['--version']),
  chromium: () => runs('/usr/bin/chromium', ['--version']),
  bash: () => runs('bash', ['--version']),
  zsh: () => runs('zsh', ['--version']),
  fish: () => runs('fish', ['--version']),
  groff: () => runs('groff', ['--version']),
} as const;

/** What to install on Debian, if it is more than the tool's own name. */
const advice: Partial<Record<Tool, string>> = {
  'gcc -m32': 'gcc-multilib',
  'g++ -m32': 'g++-multilib',
  'clang -m32': 'gcc-multilib',
  'clang++ -m32': 'g++-multilib',
  hexdump: 'bsdextrautils',
  'i386 programs': 'gcc-multilib, and qemu-user if the kernel cannot execute them',
};

export type Tool = keyof typeof probes;

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function compiles(command: string, language: 'c' | 'c++', machine: '-m64' | '-m32'): boolean {
  const input = '#include <stddef.h>\n#include <linux/types.h>\n#include <linux/ioctl.h>\n';
  return (
    spawnSync(command, [machine, '-x', language, '-fsyntax-only', '-'], {
      input,
      stdio: ['pipe', 'ignore', 'ignore'],
    }).status === 0
  );
}

const known = new Map<Tool, boolean>();

/**
 * Whether a tool is here. A test that needs it skips if it is missing, and says so; with UAPIKIT_ALL_TOOLS=1, as CI
 * sets it, a missing tool is an error.
 */
export function hasTool(tool: Tool): boolean {
  const before = known.get(tool);
  const found = before ?? probes[tool]();
  known.set(tool, found);
  if (!found && process.env['UAPIKIT_ALL_TOOLS'] === '1') {
    throw new Error(`${tool}: missing, and UAPIKIT_ALL_TOOLS=1 asks for everything that tests need`);
  }
  if (!found && before === undefined) {
    console.warn(`skipped: this machine lacks ${tool} (Debian: ${advice[tool] ?? tool})`);
  }
  return found;
}
