/** A box of a diagram: a number of neighbouring slots. */
export interface Box {
  readonly label: string;
  readonly first: number;
  /** Last slot, included. */
  readonly last: number;
}

/** How a diagram is drawn. */
export interface DiagramShape {
  /** Slots in one row. */
  readonly columns: number;
  /** Characters of a slot, with one border. */
  readonly slotWidth: number;
  /** Label above each column. */
  readonly columnLabel: (column: number) => string;
  /** Label before each row. */
  readonly rowLabel: (row: number) => string;
}

/** Rows that show nothing but the inside of one box are drawn at most this often in a row. */
const fullRows = 2;

/**
 * Draws slots as boxes in rows: bytes of a struct, bits of a register.
 *
 *          0       1       2       3
 *        +-------+-------+---------------+
 *      0 | id    | next  | flags         |
 *        +-------+-------+---------------+
 */
export function drawDiagram(boxes: readonly Box[], shape: DiagramShape): readonly string[] {
  const sorted = [...boxes].sort((a, b) => a.first - b.first);
  const rows = Math.ceil(((sorted.at(-1)?.last ?? -1) + 1) / shape.columns);
  const owner = ownerOf(sorted, rows, shape.columns);
  const drawn = drawnRows(sorted, rows, shape.columns, owner);
  const headWidth = drawn.reduce((width, { row }) => Math.max(width, shape.rowLabel(row).length), 0);
  const blank = ' '.repeat(headWidth + 1);
  const columns = Array.from({ length: shape.columns }, (_, column) => column);
  const labels = columns.map((column) => shape.columnLabel(column).padEnd(shape.slotWidth - 1)).join(' ');
  const lines = labels.trim() === '' ? [] : [`${blank} ${labels}`];
  for (const { row, afterGap } of drawn) {
    if (afterGap) lines.push(`${blank}:${' '.repeat(shape.columns * shape.slotWidth - 1)}:`);
    else lines.push(blank + ruler(row, shape, owner));
    lines.push(`${shape.rowLabel(row).padStart(headWidth)} ${content(row, shape, sorted, owner)}`);
  }
  lines.push(blank + ruler(rows, shape, owner));
  return lines.map((line) => line.trimEnd());
}

/** The rows that are drawn, without those inside of one large box; a box may have a million of them. */
function drawnRows(
  boxes: readonly Box[],
  rows: number,
  columns: number,
  owner: Owner,
): readonly { readonly row: number; readonly afterGap: boolean }[] {
  const drawn: { row: number; afterGap: boolean }[] = [];
  const everyColumn = Array.from({ length: columns }, (_, column) => column);
  let inside = 0;
  for (let row = 0; row < rows; row++) {
    const index = owner(row, 0);
    const whole = everyColumn.every((column) => owner(row, column) === index);
    inside = whole && row > 0 && owner(row - 1, 0) === index ? inside + 1 : 0;
    const last = row === rows - 1 || owner(row + 1, 0) !== index;
    if (inside <= fullRows || last) drawn.push({ row, afterGap: inside > fullRows });
    else row = Math.max(row, Math.floor(endOf(index, row * columns, boxes) / columns) - 1);
  }
  return drawn;
}

/** Last slot of a box, or of what no box covers. */
function endOf(index: number, slot: number, boxes: readonly Box[]): number {
  return boxes[index]?.last ?? (boxes.find(({ first }) => first > slot)?.first ?? slot) - 1;
}

/** Finds the box of a slot by halving; the boxes are in order. */
function ownerOf(boxes: readonly Box[], rows: number, columns: number): Owner {
  return (row, column) => {
    if (row < 0 || row >= rows || column < 0 || column >= columns) return -1;
    const slot = row * columns + column;
    let [low, high] = [0, boxes.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((boxes[middle]?.first ?? 0) <= slot) low = middle;
      else high = middle - 1;
    }
    const box = boxes[low];
    return box !== undefined && box.first <= slot && slot <= box.last ? low : -1;
  };
}

type Owner = (row: number, column: number) => number;

/** The line above a row: drawn where the boxes above and below differ. */
function ruler(row: number, shape: DiagramShape, owner: Owner): string {
  const drawn = (column: number): boolean =>
    column >= 0 && column < shape.columns && owner(row - 1, column) !== owner(row, column);
  let line = '';
  for (let column = 0; column <= shape.columns; column++) {
    const beside = drawn(column - 1) || drawn(column);
    const above = owner(row - 1, column - 1) !== owner(row - 1, column);
    line += beside ? '+' : above ? '|' : ' ';
    if (column < shape.columns) line += (drawn(column) ? '-' : ' ').repeat(shape.slotWidth - 1);
  }
  return line;
}

function content(row: number, shape: DiagramShape, boxes: readonly Box[], owner: Owner): string {
  let line = '';
  for (let column = 0; column < shape.columns; ) {
    const index = owner(row, column);
    let width = 1;
    while (column + width < shape.columns && owner(row, column + width) === index) width++;
    const box = boxes[index];
    const begins = box !== undefined && Math.floor(box.first / shape.columns) === row;
    const room = width * shape.slotWidth - 1;
    const edge = column === 0 ? (index === -1 ? ' ' : '|') : '|';
    line += `${edge}${labelled(begins ? ` ${box.label}` : '', room)}`;
    column += width;
  }
  return `${line}${owner(row, shape.columns - 1) === -1 ? ' ' : '|'}`;
}

/** The label in the room that there is; a cut one ends in `~`. */
function labelled(label: string, room: number): string {
  if (label.length <= room) return label.padEnd(room);
  const bare = label.trimStart();
  return bare.length <= room ? bare : `${bare.slice(0, room - 1)}~`;
}
