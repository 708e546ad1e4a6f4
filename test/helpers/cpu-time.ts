/** The milliseconds that this process computes while something runs: a busy machine does not change them, as it does clocks. */
export function cpuTime(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
