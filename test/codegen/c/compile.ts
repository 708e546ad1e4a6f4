import { spawnSync } from 'node:child_process';

/** A compiler with a language standard and flags. */
export interface Compiler {
  readonly command: string;
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
  ...['gcc', 'clang'].flatMap((command) => matrix(command, 'c', cStandards)),
  ...['g++', 'clang++'].flatMap((command) => matrix(command, 'c++', cxxStandards)),
];

function matrix(
  command: string,
  language: Compiler['language'],
  standards: readonly string[],
): readonly Compiler[] {
  const newest = standards.at(-1) ?? '';
  return [
    ...standards.map((standard) => ({ command, language, standard, machine: '-m64' }) as const),
    { command, language, standard: newest, machine: '-m32' },
  ];
}

const usable = new Map<string, boolean>();

/** True where the compiler is installed and has the kernel's headers for the machine. */
function isUsable({ command, language, machine }: Compiler): boolean {
  const key = `${command} ${machine}`;
  const known = usable.get(key);
  if (known !== undefined) return known;
  const probe = '#include <linux/ioctl.h>\n#include <linux/types.h>\n';
  const result = spawnSync(command, [machine, '-x', language, '-fsyntax-only', '-'], { input: probe });
  usable.set(key, result.status === 0);
  return result.status === 0;
}

/** The compilers that are here, and the names of those that are not: print them, so that a skip is seen. */
export function compilers(): { readonly present: readonly Compiler[]; readonly missing: readonly string[] } {
  const present = wanted.filter(isUsable);
  return { present, missing: wanted.filter((each) => !isUsable(each)).map(describeCompiler) };
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
  return compilers().present.map((compiler) => compile(text, compiler, include));
}
