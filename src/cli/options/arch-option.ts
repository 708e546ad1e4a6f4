import { Option } from 'commander';
import { didYouMean } from '../../base/suggestion.ts';
import { UsageError } from '../../base/usage-error.ts';
import { type Architecture, architectures, parseArchitecture } from '../../layout/architecture.ts';

/** The architecture whose ioctl numbers are meant. */
export const archOption: Option = new Option(
  '--arch <ARCH>',
  'architecture that numbers of ioctls are of: x86, arm64, powerpc, ppc64le, ...',
);

/** The architecture that the option names, as the kernel or as `uname -m` does. */
export function chosenArchitecture(text: string | undefined): Architecture | undefined {
  if (text === undefined) return undefined;
  const architecture = parseArchitecture(text);
  if (architecture !== undefined) return architecture;
  throw new UsageError(
    `--arch ${text}: unknown architecture${didYouMean(text, architectures)}`,
    `there are ${architectures.join(', ')}, and what uname -m calls them`,
  );
}
