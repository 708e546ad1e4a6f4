import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from './marked.ts';

describe('parseExpression', () => {
  test('reports text that is no expression', () => {
    reportsWhatIsMarked(`
constants:
  A: 1 +
#       ^ bad-expression: found the end, expected a number, a name or "(".
  B: (1
#      ^ bad-expression: found the end, expected ")".
  C: 1)
#     ^ bad-expression: found ")", expected an operator or the end of the expression.
  D: 1 2
#      ^ bad-expression: found "2", expected an operator or the end of the expression.
  E: "&& 1"
#     ^^ bad-expression: found "&&", expected a number, a name or "(".
  F: 3 $ 4
#      ^ bad-expression: found "$ 4", expected a number, a name or an operator.
  G: ""
#     ^ bad-expression: found the end, expected a number, a name or "(".
  H: a..b
#     ^ bad-expression: found "..b", expected a number, a name or an operator.
  I: 0x
#    ^ bad-expression: found "0x", expected a number, a name or an operator.
  J: 12ab
#    ^ bad-expression: found "12ab", expected a number, a name or an operator.
  K: "1 ? 2"
#          ^ bad-expression: found the end, expected ":".
`);
  });

  test('reports numbers that C would read as octal', () => {
    reportsWhatIsMarked(`
constants: { A: 1 + 010 }
#                   ^^^ bad-expression: found 010, expected a number without leading zeros (C would read it as octal).
`);
  });

  test('reports comparisons of comparisons', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u32, if: "0 < a < 5" }
#                                        ^ bad-expression: found "<" after a comparison, expected two comparisons joined by && (or parentheses).
      - { name: b, type: u32, if: (0 < a) < 5 }
      - { name: c, type: u32, if: 1 == 0 < b }
`);
  });

  test('reports unknown functions and wrong numbers of arguments', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u32, auto: "sizof(self)" }
#                                    ^^^^^ bad-expression: unknown function sizof; did you mean sizeof?
      - { name: b, type: u32, auto: "min(1)" }
#                                    ^^^ bad-expression: min is given 1 arguments, expected 2.
      - { name: c, type: u32, auto: "nonsense()" }
#                                    ^^^^^^^^ bad-expression: unknown function nonsense.
      - { name: d, type: u32, auto: "sizeof(1 + 1)" }
#                                    ^^^^^^ bad-expression: sizeof is given an expression, expected a name.
`);
  });

  test('reports mistakes in quoted text at their place', () => {
    reportsWhatIsMarked(`
constants:
  A: "1 + $"
#         ^ bad-expression: found "$", expected a number, a name or an operator.
  B: '(2'
#       ^ bad-expression: found the end, expected ")".
`);
  });

  test('reports mistakes in folded text at the whole of it', () => {
    reportsWhatIsMarked(`
constants:
  A: >-
#    ^^ bad-expression: found "$", expected a number, a name or an operator.
    1 +
    $
  B: "\\x31 + $"
#    ^^^^^^^^^^ bad-expression: found "$", expected a number, a name or an operator.
`);
  });
});
