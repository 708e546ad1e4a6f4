import { commandText } from '../ioas/index.ts';
import type { Run, Step } from './run.ts';

/** Sizes in pixels. */
const size = { column: 300, margin: 150, head: 60, row: 26, text: 12 } as const;
/** Characters of a label between two lines. */
const widest = 50;

/** Lines of the IOMMUs and of the devices, which may have the same names. */
interface Places {
  readonly units: ReadonlyMap<string, number>;
  readonly devices: ReadonlyMap<string, number>;
}

/** Line of the first IOMMU, behind those of the process and of /dev/iommu. */
const firstUnit = 2;

interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly kind: 'call' | 'command' | 'dma' | 'error';
}

/**
 * A script's run as a picture: who asked whom, from top to bottom. Lines: the process, /dev/iommu, each IOMMU, each
 * device.
 */
export function sequencePicture({ world, steps }: Run, title: string): string {
  const units = [...world.units.keys()];
  const devices = [...world.devices.keys()];
  const lines = ['user space', '/dev/iommu', ...units, ...devices];
  const places: Places = {
    units: new Map(units.map((name, index) => [name, firstUnit + index])),
    devices: new Map(devices.map((name, index) => [name, firstUnit + units.length + index])),
  };
  const arrows = steps.flatMap((step) => arrowsOf(step, places));
  const width = size.margin * 2 + (lines.length - 1) * size.column;
  const height = size.head + (arrows.length + 1) * size.row;
  const x = (line: number): number => size.margin + line * size.column;
  const heads = lines.map(
    (name, line) =>
      `<line class="life" x1="${x(line)}" y1="${size.head - 14}" x2="${x(line)}" y2="${height - 8}"/>` +
      `<text class="head" x="${x(line)}" y="${size.head - 22}">${escaped(name)}</text>`,
  );
  const body = arrows.map(({ from, to, text, kind }, row) => {
    const y = size.head + (row + 1) * size.row;
    const label = escaped(text.length > widest ? `${text.slice(0, widest - 1)}…` : text);
    if (from === to) {
      const at = x(from);
      // Beside the line, on the side where there is room.
      const [side, offset] = from > lines.length / 2 ? ['left', -8] : ['note', 8];
      return `<circle class="${kind}" cx="${at}" cy="${y - 4}" r="3"/><text class="${kind} ${side}" x="${at + offset}" y="${y}">${label}</text>`;
    }
    const middle = (x(from) + x(to)) / 2;
    return (
      `<line class="${kind}" x1="${x(from)}" y1="${y}" x2="${x(to) + (to > from ? -4 : 4)}" y2="${y}" marker-end="url(#${kind})"/>` +
      `<text class="${kind}" x="${middle}" y="${y - 4}">${label}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="${size.text}">`,
    `<title>${escaped(title)}</title>`,
    style,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...heads,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

const colours = { call: '#1f4e8c', command: '#8a4b08', dma: '#2c6e2f', error: '#b3261e' };

const style = [
  '<style>text{text-anchor:middle;paint-order:stroke;stroke:#fff;stroke-width:4px}.note{text-anchor:start}.left{text-anchor:end}.head{font-weight:bold}.life{stroke:#bbb;stroke-dasharray:4 4}',
  ...Object.entries(colours).map(
    ([kind, colour]) => `line.${kind}{stroke:${colour}}text.${kind},circle.${kind}{fill:${colour}}`,
  ),
  '</style><defs>',
  ...Object.entries(colours).map(
    ([kind, colour]) =>
      `<marker id="${kind}" markerWidth="8" markerHeight="8" refX="6" refY="3" orient="auto"><path d="M0,0 L6,3 L0,6 z" fill="${colour}"/></marker>`,
  ),
  '</defs>',
].join('');

function arrowsOf({ outcome, commands }: Step, { units, devices }: Places): readonly Arrow[] {
  const told = commands.map(({ unit, command }): Arrow => {
    const text = commandText(command);
    return { from: 1, to: units.get(unit) ?? 1, text, kind: 'command' };
  });
  const { actor, shown, errno, answer, device } = outcome;
  const kind = errno === null ? (actor === 'dma' ? 'dma' : 'call') : 'error';
  const text = answer === '' ? shown : `${shown}: ${answer}`;
  if (actor === 'setup') return [];
  if (actor === 'guest') return [{ from: 0, to: 0, text, kind: 'call' }];
  if (actor === 'call') return [{ from: 0, to: 1, text, kind }, ...told];
  const from = devices.get(device?.name ?? '') ?? 0;
  // What a device has cached it does not ask for.
  const to =
    outcome.cached === true || device === undefined ? from : (units.get(device.hw.unit.name) ?? from);
  return [{ from, to, text, kind }, ...told];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
