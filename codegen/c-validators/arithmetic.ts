/** Functions that printed validators may call, in the order in which they are defined. */
export type HelperName =
  | 'le'
  | 'be'
  | 'sign'
  | 'div'
  | 'mod'
  | 'shr'
  | 'log2'
  | 'popcount'
  | 'wide'
  | 'from_signed'
  | 'neg'
  | 'not'
  | 'add'
  | 'sub'
  | 'mul'
  | 'and'
  | 'or'
  | 'xor'
  | 'cmp'
  | 'wide_shl'
  | 'wide_shr'
  | 'divmod'
  | 'wide_div'
  | 'wide_mod'
  | 'align';

interface Helper {
  readonly name: HelperName;
  /** Helpers that it calls. */
  readonly needs: readonly HelperName[];
  readonly text: string;
}

const helpers: readonly Helper[] = [
  {
    name: 'le',
    needs: [],
    text: `static uint64_t uapi_le(const unsigned char *p, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | p[bytes];
	return value;
}`,
  },
  {
    name: 'be',
    needs: [],
    text: `static uint64_t uapi_be(const unsigned char *p, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | *p++;
	return value;
}`,
  },
  {
    name: 'sign',
    needs: [],
    text: `static int64_t uapi_sign(uint64_t value, unsigned int width)
{
	uint64_t sign = UINT64_C(1) << (width - 1);

	return value & sign ? -(int64_t)(sign - (value & (sign - 1)) - 1) - 1 : (int64_t)value;
}`,
  },
  {
    name: 'div',
    needs: [],
    text: `static uint64_t uapi_div(uint64_t x, uint64_t y)
{
	return y ? x / y : 0;
}`,
  },
  {
    name: 'mod',
    needs: [],
    text: `static uint64_t uapi_mod(uint64_t x, uint64_t y)
{
	return y ? x % y : 0;
}`,
  },
  {
    name: 'shr',
    needs: [],
    text: `static uint64_t uapi_shr(uint64_t x, uint64_t by)
{
	return by < 64 ? x >> by : 0;
}`,
  },
  {
    name: 'log2',
    needs: [],
    text: `static uint64_t uapi_log2(uint64_t x)
{
	uint64_t bit = 0;

	while (x >>= 1)
		bit++;
	return bit;
}`,
  },
  {
    name: 'popcount',
    needs: [],
    text: `static uint64_t uapi_popcount(uint64_t x)
{
	uint64_t bits = 0;

	for (; x; x &= x - 1)
		bits++;
	return bits;
}`,
  },
  {
    name: 'wide',
    needs: [],
    text: `/* 128 bits in two's complement: sums and products of 64-bit fields are exact. */
struct uapi_wide {
	uint64_t high;
	uint64_t low;
};

static struct uapi_wide uapi_wide(int64_t high, uint64_t low)
{
	struct uapi_wide wide = { (uint64_t)high, low };

	return wide;
}`,
  },
  {
    name: 'from_signed',
    needs: ['wide'],
    text: `static struct uapi_wide uapi_from_signed(int64_t x)
{
	return uapi_wide(x < 0 ? -1 : 0, (uint64_t)x);
}`,
  },
  {
    name: 'not',
    needs: ['wide'],
    text: `static struct uapi_wide uapi_not(struct uapi_wide x)
{
	x.high = ~x.high;
	x.low = ~x.low;
	return x;
}`,
  },
  {
    name: 'add',
    needs: ['wide'],
    text: `static struct uapi_wide uapi_add(struct uapi_wide x, struct uapi_wide y)
{
	x.low += y.low;
	x.high += y.high + (x.low < y.low);
	return x;
}`,
  },
  {
    name: 'neg',
    needs: ['not', 'add'],
    text: `static struct uapi_wide uapi_neg(struct uapi_wide x)
{
	return uapi_add(uapi_not(x), uapi_wide(0, 1));
}`,
  },
  {
    name: 'sub',
    needs: ['wide'],
    text: `static struct uapi_wide uapi_sub(struct uapi_wide x, struct uapi_wide y)
{
	x.high -= y.high + (x.low < y.low);
	x.low -= y.low;
	return x;
}`,
  },
  {
    name: 'mul',
    needs: ['add', 'wide_shl'],
    text: `static struct uapi_wide uapi_mul(struct uapi_wide x, struct uapi_wide y)
{
	struct uapi_wide product = uapi_wide(0, 0);
	unsigned int bit;

	for (bit = 0; bit < 128; bit++)
		if ((bit < 64 ? y.low >> bit : y.high >> (bit - 64)) & 1)
			product = uapi_add(product, uapi_wide_shl(x, bit));
	return product;
}`,
  },
  {
    name: 'and',
    needs: ['wide'],
    text: `static struct uapi_wide uapi_and(struct uapi_wide x, struct uapi_wide y)
{
	x.high &= y.high;
	x.low &= y.low;
	return x;
}`,
  },
  {
    name: 'or',
    needs: ['wide'],
    text: `static struct uapi_wide uapi_or(struct uapi_wide x, struct uapi_wide y)
{
	x.high |= y.high;
	x.low |= y.low;
	return x;
}`,
  },
  {
    name: 'xor',
    needs: ['wide'],
    text: `static struct uapi_wide uapi_xor(struct uapi_wide x, struct uapi_wide y)
{
	x.high ^= y.high;
	x.low ^= y.low;
	return x;
}`,
  },
  {
    name: 'cmp',
    needs: ['wide'],
    text: `static int uapi_cmp(struct uapi_wide x, struct uapi_wide y)
{
	uint64_t sign = UINT64_C(1) << 63;

	if (x.high != y.high)
		return (x.high ^ sign) < (y.high ^ sign) ? -1 : 1;
	return x.low < y.low ? -1 : x.low > y.low;
}`,
  },
  {
    name: 'wide_shl',
    needs: ['wide'],
    text: `static struct uapi_wide uapi_wide_shl(struct uapi_wide x, uint64_t by)
{
	if (by >= 128)
		return uapi_wide(0, 0);
	if (by >= 64)
		return uapi_wide((int64_t)(x.low << (by - 64)), 0);
	if (by) {
		x.high = x.high << by | x.low >> (64 - by);
		x.low <<= by;
	}
	return x;
}`,
  },
  {
    name: 'wide_shr',
    needs: ['wide'],
    text: `static struct uapi_wide uapi_wide_shr(struct uapi_wide x, uint64_t by)
{
	if (by >= 128)
		return uapi_wide(0, 0);
	if (by >= 64)
		return uapi_wide(0, x.high >> (by - 64));
	if (by) {
		x.low = x.low >> by | x.high << (64 - by);
		x.high >>= by;
	}
	return x;
}`,
  },
  {
    name: 'divmod',
    needs: ['cmp', 'sub', 'wide_shl'],
    text: `/* Of numbers that are not negative; division by zero gives 0. */
static struct uapi_wide uapi_divmod(struct uapi_wide x, struct uapi_wide y, int remainder)
{
	struct uapi_wide quotient = uapi_wide(0, 0), rest = uapi_wide(0, 0);
	unsigned int bit = 128;

	if (!y.high && !y.low)
		return quotient;
	while (bit--) {
		rest = uapi_wide_shl(rest, 1);
		rest.low |= (bit < 64 ? x.low >> bit : x.high >> (bit - 64)) & 1;
		quotient = uapi_wide_shl(quotient, 1);
		if (uapi_cmp(rest, y) >= 0) {
			rest = uapi_sub(rest, y);
			quotient.low |= 1;
		}
	}
	return remainder ? rest : quotient;
}`,
  },
  {
    name: 'wide_div',
    needs: ['divmod'],
    text: `static struct uapi_wide uapi_wide_div(struct uapi_wide x, struct uapi_wide y)
{
	return uapi_divmod(x, y, 0);
}`,
  },
  {
    name: 'wide_mod',
    needs: ['divmod'],
    text: `static struct uapi_wide uapi_wide_mod(struct uapi_wide x, struct uapi_wide y)
{
	return uapi_divmod(x, y, 1);
}`,
  },
  {
    name: 'align',
    needs: ['divmod', 'add'],
    text: `/* x rounded up to a multiple of y; 0 if y is 0. */
static struct uapi_wide uapi_align(struct uapi_wide x, struct uapi_wide y)
{
	struct uapi_wide rest = uapi_divmod(x, y, 1);

	if (!y.high && !y.low)
		return y;
	return rest.high || rest.low ? uapi_add(x, uapi_sub(y, rest)) : x;
}`,
  },
];

/** The definitions of helpers and of those that they call, each before its first use. */
export function helperTexts(names: ReadonlySet<HelperName>): readonly string[] {
  const printed = new Set<HelperName>();
  const texts: string[] = [];
  const print = (name: HelperName): void => {
    if (printed.has(name)) return;
    printed.add(name);
    const helper = helpers.find((each) => each.name === name);
    for (const needed of helper?.needs ?? []) print(needed);
    if (helper !== undefined) texts.push(helper.text);
  };
  for (const { name } of helpers) if (names.has(name)) print(name);
  return texts;
}
