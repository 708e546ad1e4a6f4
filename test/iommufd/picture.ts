import type { Iommufd } from '../../src/iommufd/main.ts';
import { HwptPaging, Ioas } from '../../src/iommufd/private.ts';
import type { Process } from '../../src/iommufd/process.ts';
import { arena } from './workbench.ts';

/** Everything that can be seen of the state, as text. */
export function picture({
  iommufd,
  process,
}: {
  readonly iommufd: Iommufd;
  readonly process: Process;
}): string {
  const { context } = iommufd;
  const objects = context.objects.all().map((object) => {
    const text = `${object.id} ${object.kind} ${object.users}`;
    if (object instanceof Ioas) {
      const { areas, alignment, allowed, reserved, accesses, largePages } = object.iopt;
      const places = [...areas.entries()].map(({ start, last }) => `${start}-${last}`);
      return `${text} ${places} ${alignment} ${allowed.length} ${reserved.size} ${accesses.size} ${largePages}`;
    }
    return object instanceof HwptPaging
      ? `${text} ${(object.domain as { mapped?: number } | null)?.mapped}`
      : text;
  });
  const pins = process.memory.pages(arena, 16, false).map((page) => page.pins);
  return `${objects.join('\n')}\n${pins}\n${process.files.size} ${context.vfioIoas?.id} ${context.accountMode}`;
}
