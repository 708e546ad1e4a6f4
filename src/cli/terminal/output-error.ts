/** The reasons for which output cannot be written, in the user's words. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file is too large',
  EIO: 'the device fails',
  EBADF: 'it is closed',
};

/** What a command prints cannot be written: one line if that can be, exit status 2. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  /** True if the reader has gone (`| head`), which is no failure. */
  readonly isReaderGone: boolean;

  constructor(place: string, code: string) {
    super(`cannot write to ${place}: ${reasons[code] ?? code}`);
    this.isReaderGone = code === 'EPIPE';
  }
}
