import { spawnSync } from 'node:child_process';
import { hasTool } from '../../helpers/tools.ts';

/** A compiler with a language standard and flags. */
export interface Compiler {
  readonly command: 'gcc' | 'clang' | 'g++' | 'clang++';
  readonly language: 'c' | 'c++';
  readonly standard: string;
  readonly machine: '-m64' | '-m32';
}

/** What a compiler said about a text; empty diagnostics: it is clean. */
export interface Compilation {
  readonly compiler: string;
  readonly diagnostics: string;
}

const cStandards = ['c90', 'c99', 'c11', 'gnu11'];
const cxxStandards = ['c++98', 'c++11', 'c++17'];
/** What every header must pass. */
export const strict = ['-Wall', '-Wextra', '-Werror', '-pedantic', '-Wno-long-long'];

const wanted: readonly Compiler[] = [
  ...(['gcc', 'clang'] as const).flatMap((command) => matrix(command, 'c', cStandards)),
  ...(['g++', 'clang++'] as const).flatMap((command) => matrix(command, 'c++', cxxStandards)),
];

function matrix(
  command: Compiler['command'],
  language: Compiler['language'],
  standards: readonly string[],
): readonly Compiler[] {
  const newest = standards.at(-1) ?? '';
  return [
    ...standards.map((standard) => ({ command, language, standard, machine: '-m64' }) as const),
    { command, language, standard: newest, machine: '-m32' },
  ];
}

/** Whether the compiler is installed and has the kernel's headers for the machine. */
function isUsable({ command, machine }: Compiler): boolean {
  return hasTool(machine === '-m32' ? `${command} -m32` : command);
}

/** The compilers that are here; hasTool names those that are missing. */
export function compilers(): readonly Compiler[] {
  return wanted.filter(isUsable);
}

/** The compiler as one would call it. */
export function describeCompiler({ command, standard, machine }: Compiler): string {
  return `${command} -std=${standard} ${machine}`;
}

/** Compiles a text as strictly as the compiler can; nothing is written. */
export function compile(text: string, compiler: Compiler, include: readonly string[] = []): Compilation {
  const { command, language, standard, machine } = compiler;
  const folders = include.map((folder) => `-I${folder}`);
  const args = [`-std=${standard}`, machine, ...strict, ...folders, '-x', language, '-fsyntax-only', '-'];
  const { stderr, status } = spawnSync(command, args, { input: text, encoding: 'utf8' });
  const diagnostics = stderr === '' && status !== 0 ? `exit status ${status}` : stderr;
  return { compiler: describeCompiler(compiler), diagnostics };
}

/** What every compiler that is here says about a header that is included twice. */
export function compileHeader(header: string, include: readonly string[] = []): readonly Compilation[] {
  const text = `${header}\n${header}\nint main(void) { return 0; }\n`;
  return compilers().map((compiler) => compile(text, compiler, include));
}
