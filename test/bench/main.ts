import { benchChain } from './chain.ts';
import { benchCodec } from './codec.ts';
import type { Effort } from './interleave.ts';
import { benchInterval } from './interval.ts';
import { benchIoas } from './ioas.ts';
import { benchIommufd } from './iommufd.ts';
import type { BenchRow } from './row.ts';
import { benchStartup } from './startup.ts';
import { benchValidate } from './validate.ts';

/** The benches by name. */
const benches: Readonly<Record<string, (effort: Effort) => Promise<readonly BenchRow[]>>> = {
  codec: benchCodec,
  interval: benchInterval,
  chain: benchChain,
  validate: benchValidate,
  iommufd: benchIommufd,
  ioas: benchIoas,
  startup: benchStartup,
};

const args = process.argv.slice(2);
const json = args.includes('--json');
const sizes = args.find((word) => word.startsWith('--sizes='))?.slice('--sizes='.length);
const wanted = args.filter((word) => !word.startsWith('-'));
const effort: Effort = {
  ...(args.includes('--quick') ? { rounds: 3, turnMs: 10 } : { rounds: 15, turnMs: 40 }),
  ...(sizes === undefined ? {} : { sizes: sizes.split(',').map(Number) }),
};
const rows: BenchRow[] = [];
for (const [name, run] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (!json) console.error(`measuring ${name} ...`);
  rows.push(...(await run(effort)));
}
if (json)
  console.log(
    JSON.stringify(
      rows.map((row) => ({ ...row, ratio: Number(row.ratio.toFixed(4)) })),
      null,
      1,
    ),
  );
else {
  console.log(
    `Node ${process.version}, ${new Date().toISOString().slice(0, 10)}: time of ours / time of the peer, median of ${effort.rounds} interleaved rounds\n`,
  );
  console.log('| bench | what | peer | ratio | remark |\n| --- | --- | --- | ---: | --- |');
  for (const { bench, op, peer, ratio, mark } of rows)
    console.log(`| ${bench} | ${op} | ${peer} | ${ratio.toFixed(2)} | ${mark} |`);
}
