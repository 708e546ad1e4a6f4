import {
  decodeIommuIoasMap,
  encodeIommuIoasMap,
  sizeofIommuIoasMap,
} from '../../src/generated/ts/iommufd.ts';
import { decodeVfioIrqSet, encodeVfioIrqSet } from '../../src/generated/ts/vfio.ts';
import { abis } from '../../src/layout/abi.ts';
import { loadModel } from '../../src/node.ts';
import { makeValidator } from '../../src/validate/validator.ts';
import { type Effort, interleave, ratioOf } from './interleave.ts';
import type { BenchRow } from './row.ts';

const callsPerRun = 500;

/** Validating a payload without findings, and one that the kernel refuses, against decoding it. */
export async function benchValidate(effort: Effort): Promise<readonly BenchRow[]> {
  const map = new Uint8Array(sizeofIommuIoasMap);
  const mapView = new DataView(map.buffer);
  encodeIommuIoasMap({ flags: 6, ioas_id: 2, user_va: 0x7f00_0000_0000n, length: 0x1000n }, mapView);
  const refused = map.slice();
  refused[4] = 0xff;
  const irqs = new Uint8Array(32);
  const irqsView = new DataView(irqs.buffer);
  encodeVfioIrqSet({ argsz: 32, flags: 0x24, index: 2, count: 3, data: new Uint8Array(12) }, irqsView);
  return [
    ...(await measure('iommufd', 'iommu_ioas_map', map, () => decodeIommuIoasMap(mapView), effort)),
    ...(await measure('iommufd', 'iommu_ioas_map', refused, () => decodeIommuIoasMap(mapView), effort)),
    ...(await measure('vfio', 'vfio_irq_set', irqs, () => decodeVfioIrqSet(irqsView), effort)),
  ];
}

async function measure(
  schema: string,
  struct: string,
  bytes: Uint8Array,
  decode: () => unknown,
  effort: Effort,
): Promise<BenchRow[]> {
  const validator = makeValidator(loadModel(schema), struct, { abi: abis.lp64, env: { [schema]: 1n } });
  if (validator === undefined) throw new Error(`${struct} cannot be validated`);
  const { errno } = validator.validate(bytes).verdict;
  const times = await interleave(
    [
      { name: 'validate', run: repeat(() => validator.validate(bytes)) },
      { name: 'decode', run: repeat(decode) },
    ],
    effort,
  );
  const op = `${struct}, ${errno === null ? 'nothing wrong' : errno}`;
  const ratio = ratioOf(times, 'validate', 'decode');
  return [{ bench: 'validate', subject: 'validate', peer: 'generated decode', op, ratio, mark: '' }];
}

/** Keeps results alive, so that no call is optimised away. */
export let sink: unknown;

function repeat(call: () => unknown): () => void {
  return () => {
    for (let i = 0; i < callsPerRun; i++) sink = call();
  };
}
