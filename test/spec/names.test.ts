import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { cNameProblem, ownNameProblem } from '../../src/spec/names.ts';
import { hasTool } from '../helpers/tools.ts';
import { readText, summary } from './hosts.ts';

/** The macros that a compiler knows in a file that only includes what our headers include. */
function macrosOf(command: string, args: readonly string[]): readonly string[] {
  const input = '#include <linux/types.h>\n#include <linux/ioctl.h>\n';
  const { stdout } = spawnSync(command, [...args, '-dM', '-E', '-'], { input, encoding: 'utf8' });
  return [...stdout.matchAll(/^#define (\w+)/gm)].map(([, name = '']) => name);
}

const compilers = [
  ['gcc', '-x', 'c'],
  ['gcc', '-m32', '-x', 'c'],
  ['g++', '-x', 'c++'],
  ['clang', '-x', 'c'],
  ['clang++', '-x', 'c++'],
] as const;

describe('cNameProblem', () => {
  test.each(compilers.filter(([command, flag]) => hasTool(flag === '-m32' ? 'gcc -m32' : command)))(
    'refuses every macro that %s %s %s defines before our header',
    (command, ...args) => {
      const macros = macrosOf(
        command,
        args.filter((one) => one !== undefined),
      );
      expect(macros.length).toBeGreaterThan(300);
      expect(macros.filter((name) => cNameProblem(name) === undefined)).toEqual([]);
    },
  );

  test('lets through names that the kernel gives', () => {
    const names = [
      '__reserved',
      '__u',
      '__NFT_CHAIN_MAX',
      '__aligned',
      'size',
      'Linux',
      'unixtime',
      '__pad1',
    ];
    expect(names.filter((name) => cNameProblem(name) !== undefined)).toEqual([]);
  });

  test('a block of registers, which C does not see, may be named so', () => {
    expect(ownNameProblem('linux')).toBeUndefined();
  });
});

describe('a schema', () => {
  test('gets a diagnostic for a struct, a field or a value with the name of a macro', () => {
    const text = [
      'uapi: 1',
      'name: x',
      'structs:',
      '  linux: { fields: [{ name: unix, type: u32 }] }',
      '  a: { fields: [{ name: unix, type: u32 }] }',
      'enums: { e: { values: [{ name: i386, value: 1 }] } }',
    ].join('\n');
    expect(summary(readText(text))).toEqual([
      '4:3 bad-name',
      '4:29 bad-name',
      '5:25 bad-name',
      '6:32 bad-name',
    ]);
  });
});
