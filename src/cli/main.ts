#!/usr/bin/env node
import { start } from './start.ts';

// The build puts bundled-main.ts, which starts quicker, in the place of this one.
process.exitCode = await start(process.argv.slice(2));
