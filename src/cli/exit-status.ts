/** Exit status of a command: 0 fine, 1 findings. Wrong usage throws a UsageError and gives 2. */
export type ExitStatus = 0 | 1;

/** Takes the exit status of the command that ran. */
export type Finish = (status: ExitStatus | Promise<ExitStatus>) => void;
