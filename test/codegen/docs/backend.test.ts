import { describe, expect, it } from 'vitest';
import { docsBackend } from '../../../codegen/docs/backend.ts';
import { slug } from '../../../codegen/docs/markdown.ts';
import { traps } from '../c/traps.ts';

describe('docsBackend', () => {
  const [file] = docsBackend.emit(traps);
  const text = file?.text ?? '';

  it('writes one page for an interface', () => {
    expect(file?.path).toBe('test.md');
    expect(text.startsWith('# test\n\nAn interface for tests.\n')).toBe(true);
  });

  it('links only to headings that are there', () => {
    const anchors = new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading)));
    const targets = [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, target]) => target);
    expect(targets.length).toBeGreaterThan(5);
    expect(targets.filter((target) => !anchors.has(target ?? ''))).toEqual([]);
  });

  it('has tables whose rows are as long as their heads', () => {
    const cells = (line: string): number => line.replace(/\\\|/g, '').split('|').length;
    for (const [table] of text.matchAll(/(^\|.*\n)+/gm)) {
      expect(new Set(table.trimEnd().split('\n').map(cells)).size, table).toBe(1);
    }
  });

  it('shows the sizes of all abis where they differ', () => {
    expect(text).toContain('Size: 40 (lp64), 32 (ilp32), 24 (i386) bytes');
  });

  it('pictures holes, bit-fields, unions and flexible arrays', () => {
    expect(text).toContain('| a, b  |');
    expect(text).toContain('| data[] ...');
    expect(text).toContain('(padding)');
  });

  it('describes every struct, set and ioctl', () => {
    for (const struct of traps.structs.values()) {
      if (!struct.inline) expect(text).toContain(`### ${struct.kind} ${struct.name}\n`);
    }
    for (const set of [...traps.flags.values(), ...traps.enums.values()]) {
      expect(text).toContain(`### ${set.kind} ${set.name}\n`);
    }
    for (const { name } of traps.ioctls.values()) expect(text).toContain(`### ${name}\n`);
  });
});
