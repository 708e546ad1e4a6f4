import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('resolveRules', () => {
  test('reports rules of one id', () => {
    reportsWhatIsMarked(`
structs:
  s:
    rules: [{ id: x, check: a == 1 }, { id: x, check: a == 2 }]
#                                           ^ duplicate-name: two rules are named x, expected unique names.
    fields:
      - { name: a, type: u32 }
`);
  });

  test('reports rules with two checks, or none', () => {
    reportsWhatIsMarked(`
structs:
  s:
    rules:
      - { id: x, check: a == 1, fields: [a] }
#                       ^^^^^^ conflict: the rule has both check and fields, expected one of them.
      - { id: y, doc: Nobody says what. }
#             ^ missing-key: the rule y has no check, expected one unless its stage is state or memory.
      - { id: z, stage: state, doc: Needs the state. }
    fields:
      - { name: a, type: u32 }
`);
  });

  test('reports rules over unknown fields', () => {
    reportsWhatIsMarked(`
structs:
  s:
    rules:
      - { id: x, check: lengt == 1 }
#                       ^^^^^ unknown-name: unknown name lengt; did you mean length?
      - { id: y, fields: [lengt] }
#                         ^^^^^ unknown-field: unknown field lengt; did you mean length?
      - { id: z, if: nothing, check: length > 1, errno: EWRONG }
#                    ^^^^^^^ unknown-name: unknown name nothing, expected a field of s or a constant.
#                                                       ^^^^^^ unknown-value: errno is EWRONG, expected the name of an error number of Linux, like EINVAL.
    fields:
      - { name: length, type: u32 }
`);
  });
});
