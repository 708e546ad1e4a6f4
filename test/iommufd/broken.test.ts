import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payloadsOf } from '../arbitrary/../../src/arbitrary/index.ts';
