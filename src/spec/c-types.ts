import { scalars } from '../model/type.ts';

const machine = 'has a different size on other machines';
const noFloat = 'is not an integer, and kernel interfaces have no floating point';

/** Types of C and the kernel that people write, and what the schema language has instead. */
const known: Readonly<Record<string, readonly [write: string, why?: string]>> = {
  int: ['s32'],
  signed: ['s32'],
  'signed int': ['s32'],
  unsigned: ['u32'],
  'unsigned int': ['u32'],
  uint: ['u32'],
  short: ['s16'],
  'short int': ['s16'],
  'unsigned short': ['u16'],
  'unsigned short int': ['u16'],
  'signed char': ['s8'],
  'unsigned char': ['u8'],
  uchar: ['u8'],
  byte: ['u8'],
  le8: ['u8'],
  be8: ['u8'],
  'long long': ['s64'],
  'long long int': ['s64'],
  'unsigned long long': ['u64'],
  'unsigned long long int': ['u64'],
  long: ['aligned_s64 or s32', machine],
  'long int': ['aligned_s64 or s32', machine],
  'unsigned long': ['aligned_u64 or u32', machine],
  'unsigned long int': ['aligned_u64 or u32', machine],
  ulong: ['aligned_u64 or u32', machine],
  size_t: ['aligned_u64 or u32', machine],
  ssize_t: ['aligned_s64 or s32', machine],
  ptrdiff_t: ['aligned_s64 or s32', machine],
  uintptr_t: ['aligned_u64', machine],
  intptr_t: ['aligned_s64', machine],
  off_t: ['aligned_s64', machine],
  time_t: ['aligned_s64', machine],
  loff_t: ['s64'],
  pid_t: ['s32'],
  uid_t: ['u32'],
  gid_t: ['u32'],
  dma_addr_t: ['aligned_u64', machine],
  phys_addr_t: ['aligned_u64', machine],
  bool: ['u8', 'is not a type of the schema language'],
  _Bool: ['u8', 'is not a type of the schema language'],
  float: ['an integer', noFloat],
  double: ['an integer', noFloat],
  string: ['"char[16]", with the length that it has', 'has no length'],
  ptr: ['aligned_u64 with user-ptr', 'does not say to what'],
  pointer: ['aligned_u64 with user-ptr', 'does not say to what'],
  u128: ['"aligned_u64[2]"', 'is wider than 64 bits'],
  uuid_t: ['"u8[16]"'],
  guid_t: ['"u8[16]"'],
};

/**
 * What to write instead of a type as C has it: the whole of what is expected, as messages end. Undefined for a name that is
 * no type of C.
 *
 * @param name the type without stars and lengths
 * @param suffix its stars and lengths
 */
export function insteadOf(name: string, suffix: string): string | undefined {
  const plain = name.replace(/\s+/g, ' ').trim();
  const [, qualified] = /^(?:const|volatile) (.+)$/.exec(plain) ?? [];
  if (qualified !== undefined) return insteadOf(qualified, suffix) ?? `${withSuffix(qualified, suffix)}`;
  const [, tag] = /^(?:struct|union) (\w+)$/.exec(plain) ?? [];
  if (tag !== undefined) return `${withSuffix(tag, suffix)}: types are named without struct or union`;
  if (/^enum \w+$/.test(plain)) return integerWith('enum', plain.slice(5));
  const underscored = plain.replace(/^__/, '');
  if (Object.hasOwn(scalars, underscored)) return withSuffix(underscored, suffix);
  const [, sign, bits] = /^(?:__)?(u?)(?:int_?)?(?:least|fast)?_?(8|16|32|64)(?:_t)?$/.exec(plain) ?? [];
  if (bits !== undefined && /^(?:__)?u?int/.test(plain))
    return withSuffix(`${sign === 'u' ? 'u' : 's'}${bits}`, suffix);
  if (/^i(?:8|16|32|64)$/.test(plain)) return withSuffix(`s${plain.slice(1)}`, suffix);
  const entry = Object.hasOwn(known, plain) ? known[plain] : undefined;
  if (entry === undefined) return undefined;
  const [write, why] = entry;
  const whole = /^\w+$/.test(write) && why === undefined ? withSuffix(write, suffix) : write;
  return why === undefined ? whole : `${whole}: ${plain} ${why}`;
}

/** How a field says that its value is one of a set. */
export function integerWith(key: 'enum' | 'flags', set: string): string {
  return `an integer and the set next to it: type: u32, ${key}: ${set}`;
}

/** A type with its stars and lengths, in quotes if YAML needs them. */
function withSuffix(name: string, suffix: string): string {
  const text = `${name}${suffix.replace(/\s+/g, '')}`;
  return text.includes('[') ? `"${text}"` : text;
}
