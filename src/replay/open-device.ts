import type { OpenFile } from '../iommufd/file.ts';
import type { Iommufd } from '../iommufd/main.ts';

/** An open /dev/iommu behind a file descriptor, which processes may share. */
export class OpenDevice implements OpenFile {
  readonly iommufd: Iommufd;

  constructor(iommufd: Iommufd) {
    this.iommufd = iommufd;
  }

  release(): void {
    this.iommufd.close();
  }
}
