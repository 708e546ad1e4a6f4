import { spawnSync } from 'node:child_process';

/** What a kernel header defines, as recorded from the real one (test/data/kernel-headers). */
export interface HeaderFacts {
  /** Include path of the header: linux/iommufd.h. */
  readonly header: string;
  readonly release: string;
  /** `struct NAME`: size in bytes, and members as [path, offset, size]. */
  readonly structs: StructFacts;
  /** The same for -m32 on x86, where it was recorded. */
  readonly i386?: StructFacts;
  readonly enumerators: Readonly<Record<string, bigint>>;
  readonly macros: Readonly<Record<string, bigint>>;
  readonly functions: Readonly<Record<string, { readonly samples: readonly MacroSample[] }>>;
  readonly strings: Readonly<Record<string, string>>;
}

type StructFacts = Readonly<
  Record<string, { readonly size: bigint; readonly fields: readonly (readonly [string, bigint, bigint])[] }>
>;

interface MacroSample {
  readonly arguments: readonly bigint[];
  readonly value: bigint;
}

/** The outcome of comparing a header with recorded facts. */
export interface ProofResult {
  /** How many facts were compared. */
  readonly facts: number;
  /** One line per fact that does not hold, as the compiler says it. */
  readonly failures: readonly string[];
}

/** Reads recorded facts; integers are bigint, because some do not fit in a double. */
export function parseHeaderFacts(text: string): HeaderFacts {
  const quoted = text.replace(/(?<=[[:,]\s*)-?\d+(?=\s*[,\]}\n])/g, (digits) => `"\\u0000${digits}"`);
  return JSON.parse(quoted, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith('\u0000') ? BigInt(value.slice(1)) : value,
  ) as HeaderFacts;
}

/**
 * A C program that compiles only if the header has every recorded fact: each struct's size, each member's offset
 * and size, each enumerator (and that it is no macro), each macro, function-like and string macro.
 */
export function proofProgram(
  facts: HeaderFacts,
  abi: 'lp64' | 'i386',
): { readonly text: string; readonly facts: number } {
  const asserts: string[] = [];
  const claim = (condition: string, name: string): void =>
    void asserts.push(`_Static_assert(${condition}, "${name}");`);
  const structs = abi === 'i386' ? (facts.i386 ?? {}) : facts.structs;
  for (const [type, { size, fields }] of Object.entries(structs)) {
    claim(`sizeof(${type}) == ${size}`, `size of ${type}`);
    for (const [path, offset, bytes] of fields) {
      claim(`__builtin_offsetof(${type}, ${path}) == ${offset}`, `offset of ${type}.${path}`);
      if (bytes > 0n) claim(`sizeof(((${type} *)0)->${path}) == ${bytes}`, `size of ${type}.${path}`);
    }
  }
  const absent = Object.keys(facts.enumerators).map(
    (name) => `#ifdef ${name}\n#error ${name} is a macro, expected an enumerator\n#endif`,
  );
  for (const [name, value] of Object.entries(facts.enumerators))
    claim(`(${name}) == ${literal(value)}`, name);
  for (const [name, value] of Object.entries(facts.macros)) {
    absent.push(`#ifndef ${name}\n#error ${name} is not a macro\n#endif`);
    if (abi === 'lp64') claim(`(unsigned long long)(${name}) == ${value}ULL`, name);
  }
  for (const [name, { samples }] of Object.entries(facts.functions)) {
    for (const { arguments: values, value } of samples) {
      const call = `${name}(${values.map((argument) => `${argument}U`).join(', ')})`;
      claim(`(unsigned long long)(${call}) == ${value}ULL`, call);
    }
  }
  for (const [name, text] of Object.entries(facts.strings)) {
    claim(`__builtin_strcmp(${name}, ${JSON.stringify(text)}) == 0`, name);
  }
  const include = `#include <linux/types.h>\n#include <linux/ioctl.h>\n#include <${facts.header}>\n`;
  return {
    text: `${include}${absent.join('\n')}\n${asserts.join('\n')}\n`,
    facts: asserts.length + absent.length,
  };
}

function literal(value: bigint): string {
  return value < 0n ? `(-${-value}LL)` : `${value}LL`;
}

/** Compiles the proof of a header that stands below `folder`. */
export function proveHeader(
  facts: HeaderFacts,
  folder: string,
  abi: 'lp64' | 'i386',
  compiler = 'gcc',
): ProofResult {
  const program = proofProgram(facts, abi);
  const flags = [
    '-std=gnu11',
    abi === 'i386' ? '-m32' : '-m64',
    '-fsyntax-only',
    '-fmax-errors=0',
    '-I',
    folder,
    '-x',
    'c',
    '-',
  ];
  const { stderr, status, error } = spawnSync(compiler, flags, { input: program.text, encoding: 'utf8' });
  if (error !== undefined)
    return { facts: program.facts, failures: [`cannot run ${compiler}: ${error.message}`] };
  const failures = stderr
    .split('\n')
    .filter((line) => /error:/.test(line))
    .map((line) => line.replace(/^.*?error: /, ''));
  return {
    facts: program.facts,
    failures: status !== 0 && failures.length === 0 ? [stderr.trim()] : failures,
  };
}

/** Macros and function-like macros that a header itself defines, beyond those of the headers that it includes. */
export function definedMacros(header: string, folder: string, compiler = 'gcc'): readonly string[] {
  const macros = (text: string): Set<string> => {
    const { stdout } = spawnSync(compiler, ['-E', '-dM', '-I', folder, '-x', 'c', '-'], {
      input: text,
      encoding: 'utf8',
    });
    return new Set([...stdout.matchAll(/^#define (\w+)/gm)].map((match) => match[1] ?? ''));
  };
  const base = '#include <linux/types.h>\n#include <linux/ioctl.h>\n';
  const before = macros(base);
  return [...macros(`${base}#include <${header}>\n`)].filter((name) => !before.has(name));
}
