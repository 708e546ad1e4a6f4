/** Names of vendors, devices and classes; every lookup gives undefined where there is no list. */
export class PciNames {
  /** Lines of the list, each with the line break before it. */
  readonly #text: string;
  readonly #known = new Map<string, string | undefined>();

  /** @param text contents of a pci.ids file */
  constructor(text: string) {
    this.#text = `\n${text}`;
  }

  vendor(vendor: number): string | undefined {
    return this.#find(`\n${hex4(vendor)}  `);
  }

  device(vendor: number, device: number): string | undefined {
    return this.#find(`\n\t${hex4(device)}  `, `\n${hex4(vendor)}  `);
  }

  subsystem(vendor: number, device: number, subVendor: number, subDevice: number): string | undefined {
    return this.#find(
      `\n\t\t${hex4(subVendor)} ${hex4(subDevice)}  `,
      `\n${hex4(vendor)}  `,
      `\n\t${hex4(device)}  `,
    );
  }

  /** The name of a class: its sub-class where that has a name. */
  class(base: number, sub: number): string | undefined {
    const section = `\nC ${hex2(base)}  `;
    return this.#find(`\n\t${hex2(sub)}  `, section) ?? this.#find(section);
  }

  /** The name behind a key, within the sections that other keys begin. */
  #find(key: string, ...sections: readonly string[]): string | undefined {
    const id = [...sections, key].join('');
    if (this.#known.has(id)) return this.#known.get(id);
    const found = this.#search(key, sections);
    this.#known.set(id, found);
    return found;
  }

  #search(key: string, sections: readonly string[]): string | undefined {
    let start = 0;
    let end = this.#text.length;
    for (const [depth, section] of sections.entries()) {
      start = this.#text.indexOf(section, start);
      if (start < 0 || start >= end) return undefined;
      start += section.length;
      const next = depth === 0 ? /\n(?=[^\t\n#])/g : /\n(?=\t?[^\t\n#])/g;
      next.lastIndex = start;
      end = Math.min(end, next.exec(this.#text)?.index ?? end);
    }
    const found = this.#text.indexOf(key, start);
    if (found < 0 || found >= end + (sections.length === 0 ? 1 : 0)) return undefined;
    const line = found + key.length;
    const stop = this.#text.indexOf('\n', line);
    return this.#text.slice(line, stop < 0 ? undefined : stop).trim();
  }
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function hex2(value: number): string {
  return value.toString(16).padStart(2, '0');
}
