import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as uapi from '../../src/generated/ts/ioas.ts';
import { profiles } from '../../src/ioas/index.ts';
import { deviceOperations, infoOperations, kvmOperations, operations } from '../../src/ioas/operations.ts';
import { model } from './reply.ts';

/** Checks of all calls, which are no rules of a struct; and what a driver answers where the kernel goes on. */
const general = new Set([
  'argsz',
  'argument-readable',
  'known-ioctl',
  'owns-number',
  'reply-writable',
  'rest-zero',
  'size-enough',
  'size-readable',
  'whole-faults',
]);

describe('checks', () => {
  it('have the names of the rules in the schema', () => {
    const rules = new Set([...model.structs.values()].flatMap(({ rules }) => rules.map(({ id }) => id)));
    const folders = ['../../src/ioas/', '../../src/iommu/machine/', '../../src/iommu/machine/drivers/'];
    const text = folders
      .map((folder) => fileURLToPath(new URL(folder, import.meta.url)))
      .flatMap((folder) =>
        readdirSync(folder)
          .filter((name) => name.endsWith('.ts'))
          .map((name) => readFileSync(folder + name, 'utf8')),
      )
      .join('\n');
    const used = [...text.matchAll(/(?:refuse\([^,()]+,|check:)\s*'([a-z-]+)'/g)].map(
      ([, name]) => name as string,
    );
    expect(used.length).toBeGreaterThan(80);
    expect([...new Set(used)].filter((name) => !rules.has(name) && !general.has(name))).toEqual([]);
  });

  it('are done by a handler for every ioctl', () => {
    const handled = [operations, infoOperations, deviceOperations, kvmOperations].flatMap((each) =>
      Object.values(each).map(({ cmd }) => cmd),
    );
    const others = [uapi.IOAS_CHECK_EXTENSION, uapi.IOAS_DEVICE_UNBIND];
    const known = [...model.ioctls.keys()].map(
      (name) => (uapi as unknown as Record<string, number>)[name] as number,
    );
    expect([...handled, ...others].sort()).toEqual(known.sort());
    for (const { calls } of Object.values(profiles)) for (const call of calls) expect(known).toContain(call);
  });
});
