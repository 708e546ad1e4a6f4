import fc from 'fast-check';
import { afterEach } from 'vitest';
import { seed } from './helpers/seed.ts';

/** Every run takes the same examples, unless UAPIKIT_SEED says otherwise. What fails prints the seed; CI prints it at the start too. */
fc.configureGlobal({ seed });
const { CI, VITEST_POOL_ID } = process.env;
if (CI !== undefined && VITEST_POOL_ID === '1') console.info(`UAPIKIT_SEED=${seed}`);

afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(`${task.name}: failed with UAPIKIT_SEED=${seed}`);
});
