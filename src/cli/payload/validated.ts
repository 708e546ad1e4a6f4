import type { Model } from '../../model/model.ts';
import type { Report } from '../../validate/report.ts';
import type { DecodeTarget } from '../schemas/decode-target.ts';

/** A payload with what was found in it. */
export interface Validated {
  readonly target: DecodeTarget;
  readonly model: Model;
  readonly struct: string;
  /** Bytes of the struct, and bytes that were given. */
  readonly size: number;
  readonly given: number;
  readonly report: Report;
}
