/** Names of a struct's members, for checks of what a caller wrote; null where a member has none of its own. */
export interface Members {
  readonly [name: string]: Members | null;
}
