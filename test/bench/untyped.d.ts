// Peers whose packages bring no types that a strict import finds.

declare module 'binary-parser' {
  export class Parser {
    endianness(order: 'little' | 'big'): Parser;
    uint16(name: string): Parser;
    uint32(name: string): Parser;
    uint64(name: string): Parser;
    array(name: string, options: { type: Parser; length: string }): Parser;
    parse(bytes: Uint8Array): unknown;
  }
}

declare module 'kaitai-struct-compiler' {
  const compiler: {
    compile(language: string, ksy: object, importer: null, debug: boolean): Promise<Record<string, string>>;
  };
  // biome-ignore lint/style/noDefaultExport: the package is what it is
  export default compiler;
}

declare module 'restructure' {
  export class Struct {
    constructor(members: object);
    fromBuffer(bytes: Uint8Array): unknown;
    encode(stream: EncodeStream, value: unknown): void;
  }
  // biome-ignore lint/suspicious/noShadowRestrictedNames: the package is what it is
  export class Array {
    constructor(type: Struct, length: string);
  }
  export class EncodeStream {
    constructor(bytes: Uint8Array);
  }
  export const uint16le: unknown;
  export const uint32le: unknown;
}
