import { spawnSync } from 'node:child_process';

/** What tests need beyond Node, and how to see whether it is here. */
const probes: Readonly<Record<string, () => boolean>> = {
  gcc: () => runs('gcc', ['--version']),
  'gcc -m32': () => compiles('gcc', ['-m32', '-x', 'c']),
  'g++': () => compiles('g++', ['-x', 'c++']),
  'g++ -m32': () => compiles('g++', ['-m32', '-x', 'c++']),
  clang: () => compiles('clang', ['-x', 'c']),
  'clang -m32': () => compiles('clang', ['-m32', '-x', 'c']),
  'clang++': () => compiles('clang++', ['-x', 'c++']),
  'clang++ -m32': () => compiles('clang++', ['-m32', '-x', 'c++']),
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
};

export type Tool = keyof typeof probes;

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function compiles(command: string, args: readonly string[]): boolean {
  const input = '#include <stddef.h>\n#include <linux/types.h>\n#include <linux/ioctl.h>\n';
  return (
    spawnSync(command, [...args, '-fsyntax-only', '-'], { input, stdio: ['pipe', 'ignore', 'ignore'] })
      .status === 0
  );
}

const known = new Map<Tool, boolean>();

/**
 * Whether a tool is here. A test that needs it skips where it is not, and says so; with UAPIKIT_ALL_TOOLS=1, as CI
 * sets it, a missing tool is an error.
 */
export function hasTool(tool: Tool): boolean {
  const found = known.get(tool) ?? probes[tool]?.() ?? false;
  known.set(tool, found);
  if (!found && process.env['UAPIKIT_ALL_TOOLS'] === '1') {
    throw new Error(`${tool} is missing, and UAPIKIT_ALL_TOOLS=1 asks for everything that tests need`);
  }
  if (!found) console.warn(`skipped: ${tool} is not installed`);
  return found;
}
