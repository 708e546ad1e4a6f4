import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenBytes } from '../../src/arbitrary/index.ts';
import { builtinSchemas } from '../../src/cli/files.ts';
import { iommufdIoctls } from '../../src/generated/ts/iommufd.ts';
import { parseAbi } from '../../src/layout/abi.ts';
import { parseRelease } from '../../src/model/release.ts';
import { atRelease } from '../../src/model/select.ts';
import { readModel } from '../helpers/schemas.ts';
import { violations } from './invariants.ts';
import { picture } from './picture.ts';
import { arena, must, page, readWrite, scratch, type Workbench, workbench } from './workbench.ts';

const argument = scratch + 4n * page;
const path = builtinSchemas().find((each) => each.endsWith('/iommufd.yaml'));
const release = parseRelease('6.12.117');
const abi = parseAbi('lp64');

function start(): Workbench {
  const bench = workbench();
  const ioas = must(bench.calls.ioasAlloc());
  must(bench.calls.ioasAlloc());
  must(bench.calls.ioasMap({ ioas, address: arena, length: 4n * page, flags: readWrite, iova: 0x1000000n }));
  must(bench.calls.setVfioIoas(ioas));
  return bench;
}

describe('a broken payload', () => {
  if (path === undefined || release === undefined || abi === undefined) throw new Error('no schema');
  const model = atRelease(readModel(path), release);
  const ioctls = Object.values(iommufdIoctls).map(({ name, cmd, codec }) => [name, cmd, codec.name] as const);

  it.each(ioctls)('of %s changes nothing where it is refused', (_, cmd, struct) => {
    fc.assert(
      fc.property(brokenBytes(model, struct, { abi }), ({ bytes }) => {
        const bench = start();
        bench.process.memory.write(argument, bytes);
        const before = picture(bench);
        const { errno } = bench.iommufd.ioctl(cmd, argument);
        expect(violations(bench.iommufd)).toEqual([]);
        // What was unmapped before the first mapping that is cut stays unmapped, in the kernel too.
        if (errno !== null && errno !== 'ENOENT') expect(picture(bench)).toBe(before);
      }),
      { numRuns: 100 },
    );
  });
});
