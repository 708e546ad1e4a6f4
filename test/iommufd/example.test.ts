import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as api from '../../src/iommufd/index.ts';

const guide = readFileSync(new URL('../../docs/reference-iommufd.md', import.meta.url), 'utf8');

describe('the example of docs/reference-iommufd.md', () => {
  it('does what its comments say', () => {
    const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(guide) ?? [];
    const [, names = ''] = /import \{([^}]*)\} from 'uapikit\/iommufd';/.exec(code) ?? [];
    const body = code.replace(/import [^;]*;/, `const {${names}} = api;`);
    const run = new Function('api', `${body}\nreturn { ioas, process, device };`) as (given: typeof api) => {
      ioas: unknown;
      process: api.Process;
      device: api.MockDevice;
    };
    const { ioas, process, device } = run(api);
    expect(ioas).toEqual({ ok: true, value: 1 });
    expect(process.memory.read(0x10000000n, 3)).toEqual(Uint8Array.of(1, 2, 3));
    expect(device.dmaRead(0x1000000n, 3)).toEqual(Uint8Array.of(1, 2, 3));
  });
});
