import { describe, expect, it } from 'vitest';
import { Printer } from '../../codegen/printer.ts';

describe('Printer', () => {
  it('indents lines by depth and leaves flushed ones at the margin', () => {
    const printer = new Printer('\t');
    printer.line('a {');
    printer.indented(() => {
      printer.flush('#if X');
      printer.line('b;');
    });
    printer.line('}');
    expect(printer.toString()).toBe('a {\n#if X\n\tb;\n}\n');
  });

  it('puts at most one blank line between lines, none at the beginning and the end', () => {
    const printer = new Printer('  ');
    printer.blank();
    printer.line('a');
    printer.blank();
    printer.line('');
    printer.line('b');
    printer.blank();
    expect(printer.toString()).toBe('a\n\nb\n');
  });

  it('is empty without lines', () => {
    expect(new Printer('').toString()).toBe('');
  });
});
