/**
 * A mistake in uapikit itself, never in what the user gave it.
 *
 * Only the command line catches it, prints it with a request to report it, and exits.
 */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** Throws an {@link InternalError} unless the condition holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/** Marks a place that no value of a closed union can reach. */
export function unreachable(value: never): never {
  throw new InternalError(`unreachable: ${JSON.stringify(value)}`);
}
