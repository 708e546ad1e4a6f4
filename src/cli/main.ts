#!/usr/bin/env node
import { start } from './start.ts';

// No await here: the build bundles this module as CommonJS, which Node starts quicker.
start(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
