const slotText = '(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]';

const whole = new RegExp(`^${slotText}$`, 'i');
const title = new RegExp(`^(${slotText})(?=\\s|:?$)`, 'i');
const early = new RegExp(`^pci (${slotText}):? config space`, 'i');
const path = new RegExp(`^(?:==> )?\\S{0,200}/(${slotText})(?:/config)?:?(?: <==)?$`, 'i');
const shell = /^PCI Segment ([0-9a-f]{2,4}) Bus ([0-9a-f]{2}) Device ([0-9a-f]{2}) Func ([0-9a-f]{1,2})\b/i;

/** The address of a device, if a text is one. */
export function parseSlot(text: string): string | null {
  return whole.test(text) ? text.toLowerCase() : null;
}

/**
 * The address of the device that a line announces: the title of lspci, `config space:` of the kernel's log, the path of
 * a file in sysfs, or the title of the UEFI shell; with the rest of the line.
 */
export function slotIn(line: string): { readonly slot: string; readonly title: string } | null {
  const own = title.exec(line);
  if (own !== null) return { slot: lower(own[1]), title: line.slice(own[0].length).replace(/^:/, '').trim() };
  const other = early.exec(line) ?? path.exec(line);
  if (other !== null) return { slot: lower(other[1]), title: '' };
  const [, segment = '', bus = '', device = '', fn = ''] = shell.exec(line) ?? [];
  if (segment === '') return null;
  return {
    slot: lower(`${segment.padStart(4, '0')}:${bus}:${device}.${Number.parseInt(fn, 16)}`),
    title: '',
  };
}

function lower(text = ''): string {
  return text.toLowerCase();
}
