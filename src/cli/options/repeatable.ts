import { Option } from 'commander';

/** An option that can be given several times; its value is an array. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description} (can be repeated)`).argParser(
    (value: string, before: string[] | undefined): string[] => [...(before ?? []), value],
  );
}
