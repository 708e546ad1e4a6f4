import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builtinSchemas } from '../../src/cli/files.ts';
import { operations } from '../../src/iommufd/operations.ts';
import { parseAbi } from '../../src/layout/abi.ts';
import { endOfField } from '../../src/layout/flatten.ts';
import { ioctlNumber } from '../../src/layout/ioctl-number.ts';
import { layOut } from '../../src/layout/layout.ts';
import { parseRelease } from '../../src/model/release.ts';
import { atRelease } from '../../src/model/select.ts';
import { readModel } from '../helpers/schemas.ts';

describe('operations', () => {
  const folder = new URL('../../src/iommufd/', import.meta.url);
  const files = readdirSync(folder).map(
    (name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const,
  );

  it('are the ioctls of the schema, with the sizes that it says', () => {
    const abi = parseAbi('lp64');
    const path = builtinSchemas().find((each) => each.endsWith('iommufd-test.yaml'));
    const release = parseRelease('6.12.117');
    if (path === undefined || release === undefined) throw new Error('no schema');
    const model = atRelease(readModel(path), release);
    for (const { cmd, size, minSize } of Object.values(operations)) {
      const ioctl = [...model.ioctls.values()].find(
        (each) => Number(ioctlNumber(model, each).number) === cmd,
      );
      if (abi === undefined || ioctl?.argument.kind !== 'struct')
        throw new Error(`no ioctl has the number ${cmd}`);
      const layout = layOut(model, ioctl.argument.name, abi);
      const { extensible } = model.structs.get(ioctl.argument.name) ?? {};
      expect([ioctl.name, size]).toEqual([ioctl.name, layout.size]);
      expect([ioctl.name, minSize]).toEqual([
        ioctl.name,
        extensible && endOfField(layout, extensible.minThrough),
      ]);
    }
    const named = [...model.ioctls.values()].filter(({ fds }) => fds.includes('iommufd'));
    expect(Object.keys(operations).sort()).toEqual(named.map(({ name }) => name).sort());
  });

  it('come from files of the kernel that functions name', () => {
    const known = /^(?:[\w-]+\.[ch]|(?:drivers|fs|lib|mm)\/[\w/-]+\.c)( [\w]+)+$/;
    const tags = files.flatMap(([name, text]) =>
      [...text.matchAll(/@kernel ([^*\n]+)/g)].map((match) => [name, match[1]?.trim() ?? '']),
    );
    expect(tags.length).toBeGreaterThan(100);
    expect(tags.filter(([, tag = '']) => !known.test(tag.split(' @kernel ')[0] ?? ''))).toEqual([]);
  });
});
