/** Exit status of a command: 0 fine, 1 findings. Wrong usage throws a UsageError and gives 2. */
export type ExitStatus = 0 | 1;
