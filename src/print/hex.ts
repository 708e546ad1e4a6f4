const pairs: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Two digits per byte, with something between them. */
export function hexOf(bytes: Uint8Array, separator = ''): string {
  const parts: string[] = [];
  for (const byte of bytes) parts.push(pairs[byte] ?? '');
  return parts.join(separator);
}

/** An integer with `0x`, as many digits as its width asks for. */
export function hexInteger(value: bigint | number, widthBits = 0): string {
  const wide = BigInt(value);
  const digits = (wide < 0n ? -wide : wide).toString(16).padStart(Math.ceil(widthBits / 4), '0');
  return `${wide < 0n ? '-' : ''}0x${digits}`;
}
