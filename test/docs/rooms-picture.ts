import { isWithin, type Room } from '../helpers/rooms.ts';

const box = { width: 126, height: 30, gap: 20, rise: 62 } as const;
const margin = 20;

interface Placed extends Room {
  readonly x: number;
  readonly y: number;
}

/** A picture of rooms: each stands above all that it imports from. Lines that follow from others are left out. */
export function drawRooms(rooms: readonly Room[]): string {
  const below = directlyBelow(rooms);
  const rows = rowsOf(rooms, below);
  const width = Math.max(...rows.map((row) => row.length)) * (box.width + box.gap) - box.gap + 2 * margin;
  const height = rows.length * box.rise - (box.rise - box.height) + 2 * margin;
  const placed = new Map<string, Placed>();
  for (const [level, row] of rows.entries()) {
    const wide = row.length * (box.width + box.gap) - box.gap;
    for (const [index, room] of row.entries()) {
      const x = (width - wide) / 2 + index * (box.width + box.gap);
      placed.set(room.folder, { ...room, x, y: height - margin - box.height - level * box.rise });
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="The rooms of the sources, each above those that it imports from">
<title>The rooms of the sources, each above those that it imports from</title>
<style>
  text { font: 13px ui-monospace, "DejaVu Sans Mono", monospace; fill: #1f2328; text-anchor: middle; }
  rect { fill: #eef3fb; stroke: #4a6fa5; }
  line { stroke: #8c959f; stroke-width: 1.2; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } rect { fill: #16233a; } }
</style>
${[...placed.values()].flatMap((room) => (below.get(room.folder) ?? []).map((folder) => lineTo(room, placed.get(folder)))).join('\n')}
${[...placed.values()].map(boxOf).join('\n')}
</svg>
`;
}

/** The rooms that each imports from, without those that one of the others imports from. */
function directlyBelow(rooms: readonly Room[]): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, ReadonlySet<string>>();
  const direct = new Map<string, readonly string[]>();
  for (const { folder, mayImport } of rooms) {
    const next = [...all.keys()].filter((other) => mayImport.some((each) => isWithin(other, each)));
    direct.set(
      folder,
      next.filter((other) => !next.some((between) => all.get(between)?.has(other))),
    );
    all.set(folder, new Set(next.flatMap((other) => [other, ...(all.get(other) ?? [])])));
  }
  return direct;
}

/** Rows from the bottom: a room stands just above the highest that it imports from, near the middle of them. */
function rowsOf(
  rooms: readonly Room[],
  below: ReadonlyMap<string, readonly string[]>,
): readonly (readonly Room[])[] {
  const levels = new Map<string, number>();
  const rows: Room[][] = [];
  for (const room of rooms) {
    const level =
      Math.max(-1, ...(below.get(room.folder) ?? []).map((folder) => levels.get(folder) ?? 0)) + 1;
    levels.set(room.folder, level);
    rows[level] ??= [];
    rows[level].push(room);
  }
  const at = new Map<string, number>();
  for (const row of rows) {
    const middle = new Map(
      row.map(({ folder }, index) => {
        const places = (below.get(folder) ?? []).map((other) => at.get(other) ?? 0);
        return [
          folder,
          places.length === 0 ? index / row.length : places.reduce((a, b) => a + b) / places.length,
        ];
      }),
    );
    row.sort((a, b) => (middle.get(a.folder) ?? 0) - (middle.get(b.folder) ?? 0));
    for (const [index, { folder }] of row.entries()) at.set(folder, (index + 0.5) / row.length);
  }
  return rows;
}

function lineTo(from: Placed, to: Placed | undefined): string {
  if (to === undefined) throw new Error(`${from.folder} imports from a room that has no place`);
  const middle = box.width / 2;
  return `<line x1="${from.x + middle}" y1="${from.y + box.height}" x2="${to.x + middle}" y2="${to.y}"/>`;
}

function boxOf({ folder, x, y }: Placed): string {
  const name = folder.replace('src/', '');
  return `<rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="5"/><text x="${x + box.width / 2}" y="${y + 20}" textLength="${Math.min(box.width - 8, Math.round(name.length * 7.8))}" lengthAdjust="spacingAndGlyphs">${name}</text>`;
}
