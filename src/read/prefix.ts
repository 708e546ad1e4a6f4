/** A line without what mails, patches and logs put before it. */
export interface Unprefixed {
  readonly text: string;
  /** True if a log put something before it: a time, `kernel:`, the name of a driver. */
  readonly isLogged: boolean;
}

/** The kernel's time, and the task or processor that printed. */
const kernelTime = /^\[ {0,12}\d{1,12}\.\d{3,9}\] ?(?:\[ {0,8}[TC]\d{1,8}\] ?)?/;

const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';

/** What logs begin lines with. Each one is anchored and bounded, so that a long line costs no more than a short one. */
const logs: readonly RegExp[] = [
  /^<\d{1,3}>/,
  kernelTime,
  new RegExp(`^\\[(?:[A-Z][a-z]{2} )?(?:${months}) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?: \\d{4})?\\] ?`),
  /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)? +/,
  new RegExp(`^(?:${months}) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})? `),
  /^(?:[\w.-]{1,64} )?kernel: ?/,
];

/** The name of a driver, and of its device: `iommufd: `, `vfio-pci 0000:07:00.0: `. */
const driver = /^([A-Za-z_][\w.-]{0,63})(?: [\w.:-]{1,64})?: /;

/** Takes quoting (`> `), the `+` of patches, and the times and names that logs put before lines, off a line. */
export function withoutLog(line: string): Unprefixed {
  let text = line.trimStart();
  // Most lines begin with an address, and with nothing before it.
  if (!/^[^0-9a-f]|^\d{4}-|^[a-z][\w.-]{0,63}[ :]/.test(text)) return { text, isLogged: false };
  while (text.startsWith('>') || text.startsWith('+')) text = text.slice(1).trimStart();
  let isLogged = false;
  for (const log of logs) {
    const found = log.exec(text);
    if (found === null) continue;
    isLogged = true;
    text = text.slice(found[0].length);
  }
  // Behind the name of the machine the kernel's own time may stand, too.
  const time = isLogged ? kernelTime.exec(text) : null;
  if (time !== null) text = text.slice(time[0].length);
  return { text: text.trimStart(), isLogged };
}

/** Takes what {@link withoutLog} does, and the name of a driver, off a line. */
export function withoutPrefix(line: string): Unprefixed {
  const { text, isLogged } = withoutLog(line);
  const named = driver.exec(text);
  if (named === null || /^[0-9a-f]+$/i.test(named[1] as string)) return { text, isLogged };
  return { text: text.slice(named[0].length).trimStart(), isLogged: true };
}
