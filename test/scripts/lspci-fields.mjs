// Decoded values as flat tables, from "register.bits" to the number and the names of it, and the comparison of one of
// them with what lspci printed.

/**
 * The fields of a block: from paths as in lspci-labels.json to {number, name}.
 *
 * @param parts {model, struct, value, context, Site, world, joinBits} of the library
 */
export function fieldsOf({ model, struct, value, context, Site, world, joinBits }) {
  const table = new Map();
  collect(new Site(world, struct, context), struct, value, '');
  return table;

  function collect(site, name, values, prefix) {
    site.inside(name, values, () => {
      const declared = model.structs.get(name);
      for (const field of declared.fields) {
        const own = values[field.name];
        if (own !== undefined) put(site, field, own, `${prefix}${field.name}`);
      }
      for (const derived of declared.derived) {
        if (derived.condition !== undefined && !site.holds(derived.condition)) continue;
        try {
          table.set(`${prefix}=${derived.name}`, { number: site.evaluate(derived.value) });
        } catch {
          // Derived from fields that are not there, or from a value that is reserved.
        }
      }
    });
  }

  function put(site, { type, bits }, own, path) {
    if (bits !== undefined) putBits(site, bits, joinBits(own, bits), path);
    else if (Array.isArray(own)) {
      for (const [i, each] of own.entries()) {
        if (type.element.kind === 'named') collect(site, type.element.name, each, `${path}[${i}].`);
        else table.set(`${path}[${i}]`, { number: BigInt(each) });
      }
    } else if (type.kind === 'named') collect(site, type.name, own, `${path}.`);
    else if (!(own instanceof Uint8Array)) table.set(path, { number: BigInt(own) });
  }

  function putBits(site, ranges, whole, path) {
    table.set(path, { number: whole });
    for (const range of ranges) {
      if (range.condition !== undefined && !site.holds(range.condition)) continue;
      const number = (whole >> BigInt(range.low)) & ((1n << BigInt(range.high - range.low + 1)) - 1n);
      const name = range.values.find((one) => one.value === number)?.name;
      table.set(`${path}.${range.name}`, { number, name });
      putBits(site, range.bits, whole, path);
    }
  }
}

/**
 * Compares what lspci says with the field that a path of lspci-labels.json names.
 *
 * @returns `same`, `place` (only the place is the same), `absent` or `different`, and the field
 */
export function compare({ kind, path, value }, fields) {
  const found = resolve(path, fields);
  if (found === null) return { verdict: /^<error/.test(value) ? 'place' : 'absent' };
  const { number, name, onlyPlace, hex } = found;
  if (kind === 'flag') return { verdict: number === (value === '+' ? 1n : 0n) ? 'same' : 'different', ours: number };
  if (onlyPlace) return { verdict: 'place', ours: number };
  const same = sameNumber(value, number, hex) || sameName(value, number, name);
  return { verdict: same ? 'same' : 'different', ours: name === undefined ? number : `${number} (${name})` };
}

/** The first of the alternatives of a path that is there, with its marks applied. */
function resolve(path, fields) {
  const inverse = path.startsWith('!');
  for (const alternative of path.replace(/^!/, '').split('\\')) {
    const onlyPlace = alternative.includes('@');
    const hex = alternative.replace('SelectiveIDE#', '').includes('#');
    let own = alternative.replaceAll('@', '').replaceAll('#', '');
    const plusOne = own.endsWith('+1');
    if (plusOne) own = own.slice(0, -2);
    const bit = /^(.*):(\d)$/.exec(own);
    const field = fields.get(bit?.[1] ?? own);
    if (field === undefined) continue;
    let { number } = field;
    if (plusOne) number += 1n;
    if (bit !== null) number = (number >> BigInt(Number(bit[2]) - 1)) & 1n;
    if (inverse) number = number > 1n ? -1n : 1n - number;
    return { number, name: plusOne ? undefined : field.name, onlyPlace, hex };
  }
  return null;
}

function sameNumber(text, number, hex) {
  const word = text.split(' ')[0];
  const digits = hex ? /^(?:0x)?([0-9a-f]+)h?$/i.exec(word)?.[1] : /^-?\d+/.exec(word)?.[0];
  return digits !== undefined && BigInt(hex ? `0x${digits}` : digits) === number;
}

function sameName(text, number, name) {
  const plain = (words) => words.toLowerCase().replace(/[\s_-]/g, '');
  if (name === undefined) {
    const word = text.split(' ')[0];
    return plain(text).startsWith('unknown') || word === '??' || word === `??${number}`;
  }
  const [ours, theirs, first] = [plain(name), plain(text), plain(text.split(' ')[0])];
  return theirs.startsWith(ours) || ours.startsWith(theirs) || ours.startsWith(first);
}
