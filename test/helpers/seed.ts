/**
 * The one seed of everything random in the tests: what UAPIKIT_SEED says, a fixed number otherwise. Properties take it
 * from test/setup.ts; what samples by itself takes {@link seedFor}. A failing test prints it.
 */
export const seed = seedOf(process.env['UAPIKIT_SEED']);

/** A seed for one of several samples: another one for each number, and for each UAPIKIT_SEED. */
export function seedFor(sample: number): number {
  return (Math.imul(seed, 0x9e37_79b1) + sample) | 0;
}

function seedOf(text: string | undefined): number {
  if (text === undefined || text === '') return 20261122;
  const number = Number(text);
  if (Number.isInteger(number) && Math.abs(number) < 2 ** 31) return number;
  throw new Error(`UAPIKIT_SEED=${text}: expected an integer below 2^31`);
}
