import { abis } from '../../src/layout/abi.ts';
import { flatten } from '../../src/layout/flatten.ts';
import { layOut } from '../../src/layout/layout.ts';
import type { Struct } from '../../src/model/declaration.ts';
import type { Interface, Model } from '../../src/model/model.ts';
import type { Printer } from '../printer.ts';
import { cStructType, privateMacro } from './names.ts';

/** The abis whose layouts are known, with the macros by which C finds out about them. */
const known = [
  { abi: abis.lp64, test: 'defined(__LP64__)' },
  { abi: abis.i386, test: 'defined(__i386__)' },
  {
    abi: abis.ilp32,
    test: 'defined(__ARM_EABI__) || defined(__x86_64__) || defined(__riscv) || defined(__powerpc__) || defined(__mips__)',
  },
] as const;

/**
 * Prints assertions of every size and offset: for C11 and C++11 on, on machines whose abi is known.
 *
 * Where the abis differ, a macro picks the number.
 */
export function printAsserts(
  printer: Printer,
  owner: Interface,
  structs: readonly Struct[],
  model: Model,
): void {
  if (structs.length === 0) return;
  const size = privateMacro(owner, 'SIZE');
  const offset = privateMacro(owner, 'OFFSET');
  const pick = privateMacro(owner, 'ABI');
  const lines = structs.flatMap((struct) => assertsOf(struct, model, { size, offset, pick }));
  const assertion = privateMacro(owner, 'ASSERT');
  printer.line('/* The layout, for compilers that can check it. */');
  printer.line('#if defined(__cplusplus)');
  printer.line('#if __cplusplus >= 201103L');
  printer.line(`#define ${assertion} static_assert`);
  printer.line('#endif');
  printer.line('#elif defined(__STDC_VERSION__)');
  printer.line('#if __STDC_VERSION__ >= 201112L');
  printer.line(`#define ${assertion} _Static_assert`);
  printer.line('#endif');
  printer.line('#endif');
  printer.blank();
  for (const [index, { abi, test }] of known.entries()) {
    printer.line(`#${index === 0 ? 'if' : 'elif'} ${test}`);
    printer.line(`#define ${pick}(lp64, i386, ilp32) ${abi.name}`);
  }
  printer.line('#endif');
  printer.blank();
  printer.line(`#if defined(${assertion}) && defined(${pick})`);
  printer.line(`#define ${size}(type, bytes) \\`);
  printer.line(`\t${assertion}(sizeof(type) == (bytes), "sizeof(" #type ") is not " #bytes)`);
  printer.line(`#define ${offset}(type, member, bytes) \\`);
  printer.line(`\t${assertion}(__builtin_offsetof(type, member) == (bytes), \\`);
  printer.line('\t\t"offsetof(" #type ", " #member ") is not " #bytes)');
  printer.blank();
  printer.lines(lines);
  printer.blank();
  printer.line(`#undef ${offset}`);
  printer.line(`#undef ${size}`);
  printer.line('#endif');
  printer.blank();
  printer.line(`#undef ${pick}`);
  printer.line(`#undef ${assertion}`);
}

interface AssertNames {
  readonly size: string;
  readonly offset: string;
  readonly pick: string;
}

function assertsOf(struct: Struct, model: Model, names: AssertNames): readonly string[] {
  const layouts = known.map(({ abi }) => layOut(model, struct.name, abi));
  const type = cStructType(struct);
  const number = (values: readonly (number | null)[]): string => {
    const [first] = values;
    return values.every((value) => value === first) ? String(first) : `${names.pick}(${values.join(', ')})`;
  };
  const members = layouts.map(flatten);
  const lines = [`${names.size}(${type}, ${number(layouts.map((layout) => layout.size))});`];
  for (const [index, { path, member }] of (members[0] ?? []).entries()) {
    if (member.kind === 'bits' || path.includes('::')) continue;
    const offsets = members.map((all) => all[index]?.offset ?? null);
    lines.push(`${names.offset}(${type}, ${path}, ${number(offsets)});`);
  }
  lines.push('');
  return lines;
}
