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

const objectPrototype = 'names the prototype of objects in JavaScript';

/** Why a name cannot be used in a C header; undefined where it can. */
export function cNameProblem(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'is no C identifier';
  if (name.length > 120) return 'is longer than 120 characters';
  if (name === '__proto__') return objectPrototype;
  if (keywords.has(name)) return 'is a keyword of C or C++';
  if (/^_[A-Z]/.test(name)) return 'is reserved for the C compiler (an underscore and a capital)';
  return undefined;
}

/** Why a name cannot name something that C does not see (a chain, a handle kind, bits of a register). */
export function ownNameProblem(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'is no identifier';
  if (name.length > 120) return 'is longer than 120 characters';
  return name === '__proto__' ? objectPrototype : undefined;
}
