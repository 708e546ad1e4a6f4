import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uapi } from '../../helpers/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-numbers-'));
beforeAll(() => {
  // Shared with other tests: to read all schemas takes seconds.
  process.env['UAPIKIT_CACHE'] = join(tmpdir(), 'uapikit-test-cache');
});
afterAll(() => rmSync(folder, { recursive: true }));

const map = '2800000006000000010000000000000000d05b3a8d7f00000010000000000000000000000000000000';

/** The ioctl that `uapi decode` finds, or the error. */
async function decoded(...args: readonly string[]): Promise<string> {
  const { status, out, err } = await uapi('decode', ...args, '--json');
  if (status !== 0) return err;
  const document = JSON.parse(out) as { ioctl?: string } | readonly { ioctl: string }[];
  return Array.isArray(document)
    ? document.map(({ ioctl }) => ioctl).join(' ')
    : ((document as { ioctl?: string }).ioctl ?? '');
}

describe('numbers of ioctls on the command line', () => {
  it.each([
    ['0x3b85'],
    ['15237'],
    ["_IO(';', 0x85)"],
    ['_IOC(_IOC_NONE, 0x3b, 0x85, 0)'],
    ['0x20003b85', '--arch', 'powerpc'],
    ['0x20003b85', '--arch', 'ppc64le'],
    ['0x20003b85', '--arch', 'mips64'],
    ['_IO(0x3b, 0x85)', '--arch', 'sparc64'],
    ['0x3b85', '--arch', 'parisc'],
    ['IOMMU_IOAS_MAP', '--arch', 'alpha'],
  ])('%s %s %s is IOMMU_IOAS_MAP', async (name, ...options) => {
    expect(await decoded(name, map, ...options)).toBe('IOMMU_IOAS_MAP');
  });

  it('are those of the architectures where an ioctl exists', async () => {
    expect(await decoded('0x20003b70', '00')).toBe('VFIO_IOMMU_SPAPR_TCE_GET_INFO');
    expect(await decoded('0x3b70', '00')).not.toMatch(/SPAPR/);
    expect(await decoded('0x20003b70', '00', '--arch', 'powerpc')).toMatch(/SPAPR_TCE_GET_INFO/);
    expect(await decoded('0x20003b70', '00', '--arch', 'sparc')).not.toMatch(/SPAPR/);
    expect(await decoded('VFIO_IOMMU_SPAPR_TCE_GET_INFO', '00', '--arch', 'arm64')).toBe(
      'uapi: error: VFIO_IOMMU_SPAPR_TCE_GET_INFO exists on powerpc only; --arch arm64 does not have it',
    );
  });

  it('that no ioctl has come with what is near', async () => {
    for (const command of ['decode', 'validate', 'encode']) {
      const { status, err } = await uapi(command, '0x40203b71', command === 'encode' ? '{}' : map);
      expect([command, status]).toEqual([command, 2]);
      expect(err).toMatch(
        /^uapi: error: no ioctl has the number 0x40203b71, which is _IOW\(0x3b, 0x71, 32 bytes\); .*VFIO_IOMMU_MAP_DMA are _IO\(0x3b, 0x71\) = 0x3b71: .* neither direction nor size\nuapi list 0x3b71 shows/,
      );
    }
    const { status, out, err } = await uapi('list', '0x40203b71');
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/^no ioctl has the number 0x40203b71, which is _IOW.*VFIO_IOMMU_MAP_DMA are/);
    expect(await decoded('0x20003b85', map)).toMatch(/IOMMU_IOAS_MAP on alpha, .*\n--arch powerpc takes/);
    expect(await decoded('0x3b85', map, '--arch', 'powerpc')).toMatch(
      /IOMMU_IOAS_MAP on .*\n--arch x86 takes/,
    );
  });

  it('of a later release say since when they exist, as names of ioctls and structs do', async () => {
    const later = (name: string): string => `${name} exists since Linux 6.11; --kernel 6.2 does not have it`;
    const ioctl = later('IOMMU_FAULT_QUEUE_ALLOC');
    for (const name of ['0x3b8e', 'IOMMU_FAULT_QUEUE_ALLOC', '_IO(0x3b, 0x8e)']) {
      for (const [command, input] of [
        ['decode', '00'],
        ['validate', '00'],
        ['encode', '{}'],
      ] as const) {
        expect(await uapi(command, name, input, '--kernel', '6.2')).toEqual({
          status: 2,
          out: '',
          err: `uapi: error: ${ioctl}`,
        });
      }
      expect(await uapi('list', name, '--kernel', '6.2')).toEqual({ status: 1, out: '', err: ioctl });
    }
    for (const name of ['IOMMU_FAULT_QUEUE_ALLOC', 'iommu_fault_alloc']) {
      const { status, err } = await uapi('layout', name, '--kernel', '6.2');
      expect([status, err]).toEqual([2, `uapi: error: ${later(name)}`]);
    }
    expect((await uapi('decode', 'iommu_fault_alloc', '00', '--kernel', '6.2')).err).toMatch(
      /since Linux 6\.11/,
    );
  });

  it('of an architecture that is not known are refused', async () => {
    for (const command of ['list', 'decode', 'encode', 'validate']) {
      const input = command === 'list' ? [] : ['IOMMU_DESTROY', command === 'encode' ? '{}' : '00'];
      const { status, err } = await uapi(command, ...input, '--arch', 'powerpx');
      expect([command, status]).toEqual([command, 2]);
      expect(err).toMatch(
        /^uapi: error: --arch powerpx: unknown architecture; did you mean powerpc\?\nthere are alpha, /,
      );
    }
  });

  it('that cannot be read are refused', async () => {
    expect(await decoded('_IOWR(0x3b, 0x85, struct x)', map)).toMatch(
      /^uapi: error: _IOWR\(0x3b, 0x85, struct x\) has the size struct x, expected a number of bytes/,
    );
    expect(await decoded('0x100003b85', map)).toMatch(/does not fit in the 32 bits of an ioctl number/);
  });
});

describe('uapi list', () => {
  it('shows numbers of an architecture', async () => {
    const { out } = await uapi('list', 'IOMMU_IOAS_MAP', '--arch', 'powerpc');
    expect(out).toMatch(/^ioctl +IOMMU_IOAS_MAP +0x20003b85 iommufd /m);
    expect((await uapi('list', 'VFIO_IOMMU_SPAPR_TCE_GET_INFO')).out).toMatch(
      /0x20003b70 vfio_spapr_container \(powerpc only\)/,
    );
    expect((await uapi('list', 'VFIO_IOMMU_SPAPR_TCE_REMOVE', '--arch', 'x86_64')).err).toBe(
      'VFIO_IOMMU_SPAPR_TCE_REMOVE exists on powerpc only; --arch x86 does not have it',
    );
  });

  it('finds numbers however they are written', async () => {
    for (const word of ['15237', '0x3b85', '_IO(0x3b,0x85)', "_IOC(_IOC_NONE, ';', 0x85, 0)"]) {
      const { status, out } = await uapi('list', word);
      expect([word, status]).toEqual([word, 0]);
      expect(out).toMatch(/^ioctl +IOMMU_IOAS_MAP +0x3b85 iommufd /);
    }
  });
});

describe('uapi trace', () => {
  const trace = join(folder, 'calls.jsonl');
  const write = (machine: string, cmd: number): void => {
    const header = { trace: 1, kernel: '6.12.117', machine };
    const call = {
      seq: 0,
      name: 'UNKNOWN',
      cmd,
      in: map.slice(0, 80),
      out: map.slice(0, 80),
      ret: 0,
      errno: '0',
    };
    writeFileSync(trace, `${JSON.stringify(header)}\n${JSON.stringify(call)}\n`);
  };

  it('knows the numbers of the machine that it comes from, or of --arch', async () => {
    write('ppc64le', 0x2000_3b85);
    expect((await uapi('trace', trace)).out).toMatch(/^ioctl\(iommufd, IOMMU_IOAS_MAP, \{/);
    write('x86_64', 0x2000_3b85);
    expect((await uapi('trace', trace)).out).toMatch(
      /^ioctl\(iommufd, _IOC\(_IOC_NONE, 0x3b, 0x85, 0x2000\), /,
    );
    expect((await uapi('trace', trace, '--arch', 'powerpc')).out).toMatch(
      /^ioctl\(iommufd, IOMMU_IOAS_MAP, \{/,
    );
    write('ppc64', 0x8004_3b71);
    expect((await uapi('trace', trace)).out).toMatch(
      /^ioctl\(iommufd, _IOC\(_IOC_WRITE, 0x3b, 0x71, 0x4\), /,
    );
  });

  it('says of a number that its kernel has not since when it exists', async () => {
    write('x86_64', 0x3b8e);
    expect((await uapi('trace', trace, '--kernel', '6.2')).out).toMatch(
      /_IOC\(_IOC_NONE, 0x3b, 0x8e, 0\) \/\* IOMMU_FAULT_QUEUE_ALLOC exists since Linux 6\.11 \*\//,
    );
  });
});
