/** Wrong usage or input that cannot be read: printed as `uapi: error: ...`, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** A further line that helps: what there is instead, where to look. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
