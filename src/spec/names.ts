/** Words that C or C++ keeps for itself, and that therefore cannot name anything in a header. */
const keywords: ReadonlySet<string> = new Set(
  `alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl
  concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete
  do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable
  namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast
  requires restrict return short signed sizeof static static_assert static_cast struct switch template this
  thread_local throw true try typedef typeid typename typeof typeof_unqual union unsigned using virtual void volatile
  wchar_t while xor xor_eq`.split(/\s+/),
);

/**
 * Names that the preprocessor replaces before any header of ours is read: what gcc and clang predefine in their gnu
 * modes, on x86 and elsewhere, and what linux/types.h and linux/ioctl.h define.
 */
const macros: ReadonlySet<string> = new Set(
  `linux unix i386 mips sparc hppa __linux __unix __i386 __i686 __pentiumpro __amd64 __k8 __x86_64 __mips __sparc
  __cplusplus __DEPRECATED __EXCEPTIONS __always_inline __bitwise __counted_by __struct_group __struct_group_tag
  __DECLARE_FLEX_ARRAY __BITS_PER_LONG __FD_SETSIZE IOC_IN IOC_OUT IOC_INOUT IOCSIZE_MASK IOCSIZE_SHIFT`.split(
    /\s+/,
  ),
);

const macroPatterns: readonly RegExp[] = [
  /^__[A-Za-z0-9_]*__$/,
  /^__(?:ASM|ATOMIC|CLANG|GCC|GLIBCXX|GNUC|GXX|HAVE|OBJC|OPENCL|PRAGMA|SEG)_/,
  /^__(?:cpp|kernel|seg)_/,
  /^__U?INT(?:8|16|32|64|MAX)_C$/,
  /^__NO_MATH_/,
];

/** The types of linux/types.h, which a macro or an enumerator of their name would hide. */
const kernelTypes = /^__(?:aligned_)?(?:[us]|[lb]e)(?:8|16|32|64)$/;

const objectPrototype = 'names the prototype of objects in JavaScript';

/** Why a name cannot be used in a C header; undefined where it can. */
export function cNameProblem(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'is not a C identifier';
  if (name.length > 120) return 'is longer than 120 characters';
  if (name === '__proto__') return objectPrototype;
  if (keywords.has(name)) return 'is a keyword of C or C++';
  if (kernelTypes.test(name)) return 'is a type of linux/types.h';
  if (macros.has(name) || macroPatterns.some((pattern) => pattern.test(name))) {
    return 'is a macro that compilers or kernel headers define';
  }
  if (/^_[A-Z]/.test(name)) return 'is reserved for the C compiler (an underscore and a capital)';
  return undefined;
}

/** Why a name cannot name something that C does not see (a chain, a handle kind, bits of a register). */
export function ownNameProblem(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'is not an identifier';
  if (name.length > 120) return 'is longer than 120 characters';
  return name === '__proto__' ? objectPrototype : undefined;
}
