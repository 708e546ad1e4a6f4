import { describe, expect, it } from 'vitest';
import { blockComment, commentText, kernelDoc, splitDoc } from '../../../codegen/c/comment.ts';

describe('commentText', () => {
  it('neither ends nor begins a comment', () => {
    expect(commentText('a */ b /* c')).toBe('a * / b / * c');
  });
});

describe('splitDoc', () => {
  it('takes the first sentence without its full stop', () => {
    expect(splitDoc('One thing. Another.')).toEqual({ brief: 'One thing', rest: 'Another.' });
    expect(splitDoc('Only e.g. this one.')).toEqual({ brief: 'Only e.g. this one', rest: '' });
    expect(splitDoc('')).toEqual({ brief: '', rest: '' });
  });
});

describe('blockComment', () => {
  it('is one line where it fits', () => {
    expect(blockComment('Short.')).toEqual(['/* Short. */']);
    expect(blockComment('  ')).toEqual([]);
  });

  it('keeps paragraphs and wraps at 80 columns', () => {
    const lines = blockComment(`${'word '.repeat(40)}\n\nSecond.`);
    expect(lines[0]).toBe('/*');
    expect(lines).toContain(' *');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('kernelDoc', () => {
  it('names the subject, its members and the description', () => {
    const members = [{ name: 'size', doc: 'Size of the struct.' }];
    expect(kernelDoc({ subject: 'struct a', brief: 'A thing', members, description: 'More.' })).toEqual([
      '/**',
      ' * struct a - A thing',
      ' * @size: Size of the struct.',
      ' *',
      ' * More.',
      ' */',
    ]);
  });
});
