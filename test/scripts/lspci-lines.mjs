// The text of `lspci -vvv` as statements: which device and capability a line is about, under which headings its words
// stand, and the words. Headings are those of lspci-labels.json: "LnkCap", "VC{n} Caps".

/** Words that are headings within a line of another heading. */
const subheadings = new Set([
  'Caps', 'Arb', 'Ctrl', 'Status', 'Desc', 'Addr', 'Enable', 'Control', 'Changed', 'AtomicOpsCap', 'AtomicOpsCtl',
]);

/** Lines of the header that show registers. */
const headerLines = new Set(['Control', 'Status', 'Secondary status', 'BridgeCtl', 'Bus']);

/** Blocks with several elements of a kind, which lspci numbers in the heading. */
const numbered = new Set([
  'pci_ext_cap_vc', 'pci_ext_cap_rcld', 'pci_cap_ea', 'pci_ext_cap_ide', 'pci_ext_cap_dvsec_cxl_device',
]);

/** Splits the output of lspci into devices: address and lines. A line that lspci forgot to end is ended. */
export function lspciDevices(text) {
  const devices = [];
  for (const line of text.replace(/(?<=\S)\t\t(McastCtl)/g, '\n\t\t$1').split('\n')) {
    const slot = /^((?:[0-9a-f]{4,}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) /.exec(line)?.[1];
    if (slot !== undefined) devices.push({ slot, lines: [] });
    else if (line.trim() !== '') devices.at(-1)?.lines.push(line);
  }
  return devices;
}

/**
 * The statements of a device.
 *
 * @param blockAt name of the block at an offset; undefined where we have none there
 * @param layout type of the header: 2 is a CardBus bridge
 */
export function* statements(lines, blockAt, layout) {
  let block = 'pci_header';
  let offset = 0;
  let heading = { top: '', sub: '', numbers: [] };
  for (const line of lines) {
    const capability = /^\tCapabilities: \[([0-9a-f]+)(?: v\d+)?\] (.*)/.exec(line);
    if (capability !== null) {
      offset = Number.parseInt(capability[1], 16);
      block = blockAt(offset);
      heading = { top: 'title', sub: '', numbers: [] };
      yield { block, offset, section: 'title', numbers: [], text: capability[2] };
    } else if (/^\t(Kernel|Capabilities:)/.test(line)) {
      block = undefined;
    } else if (block === 'pci_header') {
      const own = /^\t([A-Za-z][\w /]*?):\s+(.*)/.exec(line);
      if (own !== null) heading = { ...heading, top: own[1] };
      if ((own === null && !line.startsWith('\t\t')) || !headerLines.has(heading.top)) continue;
      const section = layout === 2 && ['Bus', 'BridgeCtl'].includes(heading.top) ? `CardBus ${heading.top}` : heading.top;
      yield { block, offset, section, numbers: [], text: own?.[2] ?? line.trim() };
    } else if (block !== undefined && line.startsWith('\t\t')) {
      const found = headed(line, block, heading);
      heading = found.heading;
      const { top, sub, numbers } = heading;
      yield { block, offset, section: sub === '' ? top : `${top} ${sub}`, top, numbers, text: found.text, whole: line.trim() };
    }
  }
}

/** The headings that a line stands under, and the rest of it. */
function headed(line, block, before) {
  const text = line.trim();
  let heading = before;
  let rest = text;
  if (!/^\t\t(\t|  )/.test(line)) {
    const named = /^(?:\[[0-9a-f]+\])?([A-Za-z][\w#+&./ -]*?):(?:\s+|(?=[A-Z]))(.*)/.exec(text);
    const name = named?.[1] ?? (text.startsWith('BAR=') ? 'BAR' : text);
    rest = named?.[2] ?? (text.startsWith('BAR=') ? text : '');
    heading = { ...withoutNumbers(name, block), sub: '' };
  }
  const under = /^(\w+):\s*(.*)/.exec(rest);
  if (under === null || !subheadings.has(under[1])) return { heading, text: rest };
  return { heading: { ...heading, sub: under[1] }, text: under[2] };
}

function withoutNumbers(name, block) {
  const numbers = [...name.matchAll(/(?:VC|Link|Entry |LinkIDE#|SelectiveIDE#|RID#|Range)(\d+)(?!\S*Control)/g)].map((m) => Number(m[1]));
  if (!numbered.has(block) || numbers.length === 0) return { top: name, numbers: [] };
  const top = name.replace(/(VC|Link|Entry |LinkIDE#|SelectiveIDE#|Range)\d+/, '$1{n}').replace(/RID#\d+/, 'RID#{m}');
  return { top, numbers };
}

/**
 * What a statement says: flags ("Word+", "Word-") and values ("Word=value", "Word value"), each with the label that
 * lspci-labels.json knows it by. A label that is not known comes without a path.
 *
 * @param labels the labels of the block, from "heading/label" to our field
 */
export function* sayings({ section, top, text, whole, numbers }, labels) {
  const fill = (path) => path.replace('{n}', numbers[0] ?? '{n}').replace('{m}', numbers[1] ?? '{m}');
  const look = (label) => {
    const path = labels[`${section}/${label}`];
    return path === undefined ? null : { label, path: fill(path) };
  };
  const known = Object.keys(labels);
  const words = section === top && known.some((key) => key.startsWith(`${top}/${top}:`)) ? whole : text;
  for (const found of words.matchAll(/([+-])(?=[\s,;)]|$)/g)) {
    const saying = flagBefore(words.slice(0, found.index), look);
    if (saying !== null) yield { kind: 'flag', ...saying, value: found[1] };
  }
  for (const [, label] of words.matchAll(/([^\s,;([]+=)(?:'[^']*'|[^\s,;)\]]*)/g)) {
    if (look(label) === null) yield { kind: 'value', label };
  }
  for (const key of known) {
    const label = key.startsWith(`${section}/`) ? key.slice(section.length + 1) : '';
    const takesValue = /[= :#]$/.test(label) || label === 'TC' || label === 'ID';
    if (!takesValue || label === '(v') continue;
    const value = /\s*([^\s,;()\]]+(?: [^\s,;()=]+(?![\w.]*[=+-]))*)/;
    for (const found of words.matchAll(new RegExp(`(?<![\\w-])${RegExp.escape?.(label) ?? escapeText(label)}${value.source}`, 'g'))) {
      if ((label === 'TC' || label === 'ID') && !/^\d/.test(found[1])) continue;
      yield { kind: 'value', ...look(label), value: found[1].trim() };
    }
  }
}

/** The label of a flag: as many of the words before its sign as are known, the last one otherwise. */
function flagBefore(before, look) {
  const clause = before.split(/[,;]|[+-](?=[\s,;)])/).at(-1);
  const words = clause.trim().replace(/^\(+/, '').split(/\s+/);
  const last = words.at(-1).replace(/:+$/, '');
  words[words.length - 1] = last;
  if (!/\w/.test(last) || /\s$/.test(before)) return null;
  const pme = before.lastIndexOf('PME(');
  if (pme >= 0 && !before.slice(pme).includes(')')) return look(`PME ${last.split('(').at(-1)}`) ?? { label: last };
  for (let i = 0; i < words.length; i++) {
    const found = look(words.slice(i).join(' ').replace(/^\(+/, ''));
    if (found !== null) return found;
  }
  return look(last.replace(/^\(+/, '')) ?? (before.includes('PME(') ? look(`PME ${last}`) : null) ?? { label: last };
}

function escapeText(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
