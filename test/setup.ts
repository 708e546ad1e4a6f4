import fc from 'fast-check';

/**
 * Every run of the properties takes the same examples, unless UAPIKIT_SEED (or FC_SEED) says otherwise. A failure
 * prints its seed and path; CI prints the seed at the start too.
 */
const { UAPIKIT_SEED, FC_SEED, CI, VITEST_POOL_ID } = process.env;
const seed = Number(UAPIKIT_SEED ?? FC_SEED ?? 20261122);

fc.configureGlobal({ seed });
if (CI !== undefined && VITEST_POOL_ID === '1') console.info(`fast-check seed: ${seed}`);
