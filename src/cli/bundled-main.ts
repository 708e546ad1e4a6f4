#!/usr/bin/env node
import { BundleLoader, bundleFolder, firstChunk } from './bundled-program.ts';

const { start } = new BundleLoader(bundleFolder).load(`./${firstChunk}`) as typeof import('./start.ts');
process.exitCode = await start(process.argv.slice(2));
