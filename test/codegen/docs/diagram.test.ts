import { describe, expect, it } from 'vitest';
import { drawDiagram } from '../../../codegen/docs/diagram.ts';

const shape = {
  columns: 4,
  slotWidth: 4,
  columnLabel: (column: number) => ` ${column}`,
  rowLabel: (row: number) => String(row * 4),
};

describe('drawDiagram', () => {
  it('draws boxes over several rows', () => {
    const boxes = [
      { label: 'a', first: 0, last: 0 },
      { label: 'b', first: 1, last: 5 },
      { label: 'c', first: 6, last: 6 },
    ];
    expect(drawDiagram(boxes, shape)).toEqual([
      '    0   1   2   3',
      '  +---+---+---+---+',
      '0 | a | b         |',
      '  +---+   +---+---+',
      '4 |       | c |',
      '  +---+---+---+',
    ]);
  });

  it('leaves out the middle of a long box and cuts long names', () => {
    const lines = drawDiagram(
      [
        { label: 'much', first: 0, last: 99 },
        { label: 'too_long', first: 100, last: 100 },
      ],
      shape,
    );
    expect(lines.length).toBeLessThan(14);
    expect(lines.some((line) => line.includes('   :'))).toBe(true);
    expect(lines.join('\n')).toContain('|to~|');
  });

  it('has no lines but a frame without boxes', () => {
    expect(
      drawDiagram([], shape)
        .join('')
        .replace(/[\s0-9]/g, ''),
    ).toBe('');
  });
});
