import { type Architecture, architectures } from '../codec/runtime/ioctl-number.ts';

export { type Architecture, architectures };

/** Names that machines and distributions have for architectures besides the kernel's own. */
const aliases: readonly (readonly [name: RegExp, architecture: Architecture])[] = [
  [/^(i[3-6]86|x86_64|x86-64|amd64|x32)$/, 'x86'],
  [/^(aarch64|aarch64_be|aarch32)$/, 'arm64'],
  [/^(armv\d\w*|armel|armhf|armeb)$/, 'arm'],
  [/^(ppc|ppcle|ppc64|ppc64le|ppc64el|powerpc64|powerpc64le|powerpc64el)$/, 'powerpc'],
  [/^mips(64)?(isa(32|64))?(r6)?(n32)?(el)?$/, 'mips'],
  [/^(sparc32|sparc64|sparcv9)$/, 'sparc'],
  [/^(hppa|hppa64|parisc64)$/, 'parisc'],
  [/^riscv(32|64)$/, 'riscv'],
  [/^s390x$/, 's390'],
  [/^(loongarch32|loongarch64|loong64)$/, 'loongarch'],
  [/^(sh[2-5]|sh[2-5]a|sh[2-5]a?eb)$/, 'sh'],
  [/^(arceb|arcv2)$/, 'arc'],
  [/^alphaev\d+$/, 'alpha'],
  [/^microblazeel$/, 'microblaze'],
  [/^(or1k|or1knd)$/, 'openrisc'],
];

/** The architecture with a name of the kernel's source (`powerpc`) or of `uname -m` (`ppc64le`). */
export function parseArchitecture(text: string): Architecture | undefined {
  return (
    architectures.find((name) => name === text) ?? aliases.find(([name]) => name.test(text))?.[1] ?? undefined
  );
}
