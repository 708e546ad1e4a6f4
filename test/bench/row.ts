/** One comparison: how long our code takes for each unit of time of the peer's. */
export interface BenchRow {
  /** Which bench: codec-decode, codec-encode, codec-view, ... */
  readonly bench: string;
  readonly subject: string;
  readonly peer: string;
  /** What was done. */
  readonly op: string;
  /** Time of the subject divided by the time of the peer; below 1 is faster. */
  readonly ratio: number;
  /** What keeps the peer from being comparable in full. */
  readonly mark: string;
}
