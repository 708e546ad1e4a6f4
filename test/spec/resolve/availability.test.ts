import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('resolveAvailability', () => {
  test('reports releases that are none', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u32, since: "6" }
#                                    ^^^ bad-release: found "6", expected a release like "6.12" or "6.12.117".
      - { name: b, type: u32, since: [6.12] }
#                                     ^^^^ wrong-type: item 1 of since is the number 6.12, expected text: put it in quotes.
      - { name: c, type: u32, until: "6.12.y" }
#                                    ^^^^^^^^ bad-release: until is 6.12.y, expected a release with a number.
      - { name: d, type: u32, since: "v6.1" }
#                                    ^^^^^^ bad-release: found "v6.1", expected a release like "6.12" or "6.12.117".
kernel: "next"
#       ^^^^^^ bad-release: found "next", expected a release like "6.12" or "6.12.117".
`);
  });

  test('reports several mainline releases, or a branch twice', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u32, since: ["6.12", "6.15"] }
#                                     ^^^^^^ bad-release: since names 2 mainline releases, expected at most one in addition to stable ones.
      - { name: b, type: u32, since: ["6.15", "6.12.3", "6.12.9"] }
#                                                       ^^^^^^^^ bad-release: since names the branch of 6.12.9 twice, expected once.
`);
  });

  test('reports things that went before they came', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u32, since: "6.15", until: "6.12" }
#                                                   ^^^^^^ bad-release: until 6.12 is not later than since 6.15, expected a later release.
      - { name: b, type: u32, since: "6.1", until: "6.1" }
#                                                  ^^^^^ bad-release: until 6.1 is not later than since 6.1, expected a later release.
      - { name: c, type: u32, since: ["6.15", "6.12.4"], until: "6.16" }
`);
  });
});
