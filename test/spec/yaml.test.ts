import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from './marked.ts';

describe('parseYaml', () => {
  test('reports text that is no YAML', () => {
    reportsWhatIsMarked(`
constants: { A: 1
#< not-yaml: Flow map in block collection must be sufficiently indented and end with a }.
`);
  });

  test('reports text that is no YAML and goes on', () => {
    reportsWhatIsMarked(`
constants: [1, 2}
#          ^^^^^ wrong-type: constants is a list, expected a map: write NAME: in place of - name: NAME.
#               ^ not-yaml: Flow sequence in block collection must be sufficiently indented and end with a ].
enums: {}
`);
  });

  test('reports a tab as indentation', () => {
    reportsWhatIsMarked(`
constants:
	A: 1
#< not-yaml: found a tab at the beginning of a line, expected spaces: YAML is indented with spaces only.
`);
  });

  test('reports aliases and anchors', () => {
    reportsWhatIsMarked(`
constants: &all { A: 1 }
#               ^^^^^^^^ anchor: found the anchor &all: anchors are not used in schemas.
enums: *all
#      ^^^^ alias: found the alias *all, expected the value itself: aliases are not used in schemas.
`);
  });

  test('reports anchors of keys', () => {
    reportsWhatIsMarked(`
constants: { &key A: 1 }
#                 ^ anchor: found the anchor &key: anchors are not used in schemas.
`);
  });

  test('reports merge keys', () => {
    reportsWhatIsMarked(`
structs:
  s:
    <<: { fields: [] }
#   ^^ merge-key: found the merge key <<: merge keys are not used in schemas.
    fields: [{ name: a, type: u8 }]
`);
  });

  test('reports tags', () => {
    reportsWhatIsMarked(`
constants: { A: !!int "1", B: !mine 2 }
#                     ^^^ tag: found the tag tag:yaml.org,2002:int: tags are not used in schemas.
#                     ^^^ bad-integer: found "1", expected a decimal number without leading zeros or a hexadecimal one, 0x...
#                                   ^ tag: found the tag !mine: tags are not used in schemas.
`);
  });

  test('reports keys given twice', () => {
    reportsWhatIsMarked(`
constants: { A: 1, B: 2, A: 3 }
#                        ^ duplicate-key: A is given twice in one map, expected once.
`);
  });

  test('reports keys that are no text', () => {
    reportsWhatIsMarked(`
constants: { [A]: 1, true: 2, ? : 3, 1.5: 4 }
#            ^^^ bad-key: found a key that is not text, expected a name.
#                    ^^^^ bad-key: found a key that is not text, expected a name.
#                               ^ bad-key: found a key that is not text, expected a name.
#                                    ^^^ bad-key: found a key that is not text, expected a name.
`);
  });

  test('reports integers that mean something else in C', () => {
    reportsWhatIsMarked(`
constants: { A: 010, B: 0o17, C: +5 }
#               ^^^ bad-integer: found 010, expected a decimal number without leading zeros or a hexadecimal one, 0x...
#                       ^^^^ bad-integer: found 0o17, expected a decimal number without leading zeros or a hexadecimal one, 0x...
#                                ^^ bad-integer: found +5, expected a decimal number without leading zeros or a hexadecimal one, 0x...
`);
  });

  test('reports integers without end', () => {
    reportsWhatIsMarked(`
constants: { A: 999999999999999999999999999999999999999999999999999999999999 }
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ too-big: the integer has 60 characters, at most 48 are read.
`);
  });

  test('reports fractions', () => {
    reportsWhatIsMarked(`
constants: { A: 1.5, B: .inf, C: .nan }
#               ^^^ wrong-type: A is the number 1.5, expected an integer, text or a map: put it in quotes.
#                       ^^^^ wrong-type: B is the number .inf, expected an integer, text or a map: put it in quotes.
#                                ^^^^ wrong-type: C is the number .nan, expected an integer, text or a map: put it in quotes.
kernel: 6.12
#       ^^^^ wrong-type: kernel is the number 6.12, expected text: put it in quotes.
`);
  });

  test('reports values left out', () => {
    reportsWhatIsMarked(`
constants: { A: , B: ~ }
#               ^ wrong-type: A is nothing, expected an integer, text or a map.
#                    ^ wrong-type: B is nothing, expected an integer, text or a map.
enums:
#     ^ wrong-type: enums is nothing, expected a map.
`);
  });
});
