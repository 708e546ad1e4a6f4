/** What the environment changes, by the names of variables. */
export const environment: readonly (readonly [name: string, meaning: string])[] = [
  ['NO_COLOR', 'no colours, not even on a terminal'],
  ['FORCE_COLOR', 'colours everywhere'],
  ['UAPIKIT_CACHE', 'the folder that caches parsed schemas, or off'],
  ['UAPIKIT_PCI_IDS', 'another list of the names of PCI vendors and devices'],
  ['UAPIKIT_DEBUG', 'if set, a bug in uapikit prints its stack trace'],
];

/** What the exit status says. */
export const exitStatuses: readonly (readonly [status: number, meaning: string])[] = [
  [0, 'fine'],
  [1, 'findings, if to find is what the command is for'],
  [2, 'wrong usage, input that cannot be read, or output that cannot be written'],
  [70, 'a mistake in uapikit itself: please report it'],
];
