import type { Model } from '../src/model/model.ts';

/** A generator of text from a model: one output language or document kind. */
export interface Backend {
  /** Name on the command line. */
  readonly name: string;
  /** What it writes, in one line. */
  readonly summary: string;
  /** Settings that it understands, with what they mean. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Prints files for interfaces of the model.
   *
   * A pure function: the same model gives the same text. It prints only; every number comes from the model or a
   * layout of it, and every name is resolved already.
   */
  emit(model: Model, options?: EmitOptions): readonly EmittedFile[];
  /** Prints files about several models together, an index for example; also a pure function. */
  emitTogether?(models: readonly Model[], options?: EmitOptions): readonly EmittedFile[];
}

/** What a caller may choose. */
export interface EmitOptions {
  /** Settings of the back-end, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Names of the interfaces to print; only the model's root unless given. */
  readonly interfaces?: readonly string[];
}

/** A file as it should stand below the output folder. */
export interface EmittedFile {
  /** Relative path with forward slashes. */
  readonly path: string;
  /** The text, with a line break at its end. */
  readonly text: string;
}
