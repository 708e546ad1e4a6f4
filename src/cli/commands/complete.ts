import type { Argument, Command, Option } from 'commander';
import { backends } from '../../../codegen/registry.ts';
import { abis } from '../../layout/abi.ts';
import { architectures } from '../../layout/architecture.ts';
import { completionScripts } from './completion-scripts.ts';
import { firstSentence, listItems } from './list.ts';

/** A word that fits, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** What may stand at a place of the command line. */
export interface Completions {
  readonly candidates: readonly Candidate[];
  /** Whether names of files fit, too. */
  readonly files: boolean;
}

/**
 * What the last of some words may become.
 *
 * @param words those behind the program's name; the last one may be empty
 */
export function complete(program: Command, words: readonly string[]): Completions {
  const current = words.at(-1) ?? '';
  const place = placeOf(program, words.slice(0, -1));
  const { command, pending, onlyArguments } = place;
  if (pending !== undefined) return ofPlaceholder(placeholder(pending.flags), current, place);
  if (current.startsWith('-') && !onlyArguments) {
    const options = command.createHelp().visibleOptions(command);
    return fitting(
      options.map((option) => ({ word: option.long ?? option.flags, about: option.description })),
      current,
    );
  }
  const commands = place.given === 0 ? innerCommands(command) : [];
  const argument = argumentAt(command, place.given);
  const others = argument === undefined ? noWords : ofPlaceholder(argument.name(), current, place);
  const own = fitting(
    commands.map((each) => ({ word: each.name(), about: each.summary() || each.description() })),
    current,
  );
  return { candidates: [...own.candidates, ...others.candidates], files: others.files };
}

/** The commands of a command, `help` too. */
function innerCommands(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

/** Where on the command line a word stands. */
interface Place {
  readonly program: Command;
  readonly command: Command;
  /** Arguments of the command that are there already. */
  readonly given: number;
  /** The option that waits for its value. */
  readonly pending: Option | undefined;
  /** True behind `--`. */
  readonly onlyArguments: boolean;
  /** Values of --schema so far. */
  readonly schemas: readonly string[];
}

const noWords: Completions = { candidates: [], files: false };

function placeOf(program: Command, words: readonly string[]): Place {
  let command = program;
  let given = 0;
  let pending: Option | undefined;
  let onlyArguments = false;
  const schemas: string[] = [];
  for (const word of words) {
    if (pending !== undefined) {
      if (pending.long === '--schema') schemas.push(word);
      pending = undefined;
    } else if (onlyArguments) given++;
    else if (word === '--') onlyArguments = true;
    else if (word.startsWith('-') && word !== '-') {
      const option = command.options.find(({ long, short }) => word === long || word === short);
      if (option?.required === true) pending = option;
    } else {
      const inner = given === 0 ? innerCommands(command).find((each) => each.name() === word) : undefined;
      if (inner === undefined) given++;
      else command = inner;
    }
  }
  return { program, command, given, pending, onlyArguments, schemas };
}

/** The argument at a place; the last one may take all that follow. */
function argumentAt({ registeredArguments: known }: Command, index: number): Argument | undefined {
  const last = known.at(-1);
  return known[index] ?? (last?.variadic === true ? last : undefined);
}

/** FILE of `--schema <FILE>`. */
function placeholder(flags: string): string {
  return /<([^>]+)>/.exec(flags)?.[1] ?? '';
}

/** Placeholders that stand for files. */
const fileNames: ReadonlySet<string> = new Set([
  'A',
  'ADDR=FILE',
  'B',
  'DIR',
  'FILE',
  'INPUT',
  'JSON',
  'SCRIPT',
  'TRACE',
]);

/** What fits a placeholder of an argument or of an option's value. */
function ofPlaceholder(name: string, current: string, { program, schemas }: Place): Completions {
  switch (name) {
    case 'ABI':
      return fitting(plain(Object.keys(abis)), current);
    case 'ARCH':
      return fitting(plain(architectures), current);
    case 'BACKEND':
      return fitting(
        backends.map((each) => ({ word: each.name, about: each.summary })),
        current,
      );
    case 'COMMAND':
      return fitting(plain(innerCommands(program).map((each) => each.name())), current);
    case 'KIND':
      return fitting(plain(fileKinds(schemas)), current);
    case 'NAME':
    case 'STRUCT':
    case 'WORD':
      return fitting(declared(schemas), current);
    case 'ORDER':
      return fitting(plain(['little', 'big']), current);
    case 'SHELL':
      return fitting(plain(Object.keys(completionScripts)), current);
    default:
      return { candidates: [], files: fileNames.has(name) };
  }
}

function plain(words: readonly string[]): readonly Candidate[] {
  return words.map((word) => ({ word, about: '' }));
}

function fitting(candidates: readonly Candidate[], current: string): Completions {
  return { candidates: candidates.filter(({ word }) => word.startsWith(current)), files: false };
}

/** Structs, register blocks and ioctls. */
function declared(schemas: readonly string[]): readonly Candidate[] {
  const kinds = ['struct', 'union', 'block', 'ioctl'];
  return listItems({ schema: schemas })
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ name, doc }) => ({ word: name, about: firstSentence(doc) }));
}

/** Kinds of files that ioctls are for: they stand behind the numbers. */
function fileKinds(schemas: readonly string[]): readonly string[] {
  const found = listItems({ schema: schemas })
    .filter(({ kind }) => kind === 'ioctl')
    .flatMap(({ detail }) => detail.split(' ').slice(1).join('').split('|'));
  return [...new Set(found)].filter((kind) => kind !== '').sort();
}
