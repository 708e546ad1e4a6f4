import { abis } from '../../layout/abi.ts';
import { architecturesOf, ioctlNumber } from '../../layout/ioctl-number.ts';
import { layOut } from '../../layout/layout.ts';
import type { Model } from '../../model/model.ts';

/** Something that has a name, as `uapi list` shows it. */
export interface ListItem {
  readonly kind: string;
  readonly name: string;
  readonly detail: string;
  readonly interface: string;
  readonly doc: string;
  /** Shown only where all is asked for: constants and values. */
  readonly small: boolean;
}

/** What the model's own interface declares; imported interfaces have models of their own. */
export function itemsOf(model: Model): readonly ListItem[] {
  const items: (ListItem & { readonly order: number })[] = [];
  const add = (
    kind: string,
    declared: { name: string; doc: string; interface: string; order: number },
    detail: string,
    small = false,
  ): void => {
    if (declared.interface === model.root)
      items.push({
        kind,
        name: declared.name,
        detail,
        interface: declared.interface,
        doc: declared.doc,
        small,
        order: declared.order,
      });
  };
  for (const struct of model.structs.values()) {
    if (struct.inline) continue;
    const layout = layOut(model, struct.name, abis.lp64);
    const size = layout.size === null ? `${layout.minSize}+ bytes` : `${layout.size} bytes`;
    add(struct.kind === 'registers' ? 'block' : struct.kind, struct, size);
  }
  for (const ioctl of model.ioctls.values()) {
    const number = `0x${ioctlNumber(model, ioctl).number.toString(16)}`;
    const only = model.architecture === null ? architecturesOf(model, ioctl) : null;
    const where = only === null ? '' : `(${only.join(', ')} only)`;
    add('ioctl', ioctl, [number, ioctl.fds.join('|'), where].filter((part) => part !== '').join(' '));
  }
  for (const chain of model.chains.values()) add('chain', chain, `of ${chain.elements}`);
  for (const set of model.variants.values())
    add('variants', set, `by ${set.tags.map((tag) => tag.name).join(', ')}`);
  for (const set of [...model.flags.values(), ...model.enums.values()]) {
    add(set.kind, set, `${set.values.length} names`);
    for (const value of set.values)
      add('value', { ...value, interface: set.interface, order: set.order }, hex(value.value), true);
  }
  for (const constant of model.constants.values()) {
    const { value } = constant;
    add('constant', constant, value.kind === 'string' ? JSON.stringify(value.value) : hex(value.value), true);
  }
  items.sort((a, b) => a.order - b.order);
  return items.map(({ order: _, ...item }) => item);
}

function hex(value: bigint): string {
  return value < 0n ? String(value) : `0x${value.toString(16)}`;
}
