import { describe, expect, it } from 'vitest';
import { rooms } from '../helpers/rooms.ts';
import { repositoryFile } from '../helpers/schemas.ts';
import { drawRooms } from './rooms-picture.ts';

describe('docs/pictures/rooms.svg', () => {
  const picture = drawRooms(rooms);

  it('is drawn from the table in docs/architecture.md (`npm run golden` writes it again)', async () => {
    await expect(picture).toMatchFileSnapshot(repositoryFile('docs/pictures/rooms.svg'));
  });

  it('shows each room once, and lines only downwards', () => {
    const names = [...picture.matchAll(/<text [^>]*>(.*?)<\/text>/g)].map(([, name = '']) => name);
    expect([...names].sort()).toEqual(rooms.map(({ folder }) => folder.replace('src/', '')).sort());
    const lines = [...picture.matchAll(/<line x1="[\d.]+" y1="([\d.]+)" x2="[\d.]+" y2="([\d.]+)"/g)];
    expect(lines.length).toBeGreaterThan(rooms.length / 2);
    for (const [, from, to] of lines) expect(Number(to)).toBeGreaterThan(Number(from));
  });
});
