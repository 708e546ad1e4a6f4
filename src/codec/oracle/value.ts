/** The value of a member: what decoders give and encoders take. */
export type FieldValue = number | bigint | Uint8Array | readonly FieldValue[] | StructValue;

/** The value of a struct, union or register block: a property for each member that is there. */
export interface StructValue {
  readonly [name: string]: FieldValue;
}

/** A struct's value while it is made. */
export type OpenValue = Record<string, FieldValue>;

/** True for what can be the value of a struct. */
export function isStructValue(value: unknown): value is StructValue {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

/** True for what an encoder takes as the value of a struct: any object, of which only the members' properties count. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A property of a struct's value; undefined where it is not there or null. */
export function propertyOf(value: unknown, name: string): FieldValue | undefined {
  return isObject(value) && Object.hasOwn(value, name)
    ? ((value as StructValue)[name] ?? undefined)
    : undefined;
}

/** Sets a property whatever its name is. */
export function setProperty(value: OpenValue, name: string, property: FieldValue): void {
  Object.defineProperty(value, name, {
    value: property,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** Whether two values are equal through and through. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one instanceof Uint8Array && other instanceof Uint8Array) {
    return one.length === other.length && one.every((byte, i) => byte === other[i]);
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(propertyOf(one, key), propertyOf(other, key)))
  );
}
