import { unreachable } from '../../src/base/internal-error.ts';
import { type Errno, errnos } from '../../src/model/errno.ts';
import { constant } from '../../src/plan/term.ts';
import { matches } from '../../src/validate/fast.ts';
import { limits } from '../../src/validate/limits.ts';
import { type Check, entryChecks, type Plan, type Target } from '../../src/validate/plan.ts';
import { endOfCheck } from '../../src/validate/program.ts';
import type { Printer } from '../printer.ts';
import { type CTermWriter, TooWideError } from './term.ts';
import { testText } from './test.ts';

/** The function with the checks of a plan's struct, without those of its size. */
export function rulesName(plan: Plan): string {
  return `${plan.name}_rules`;
}

/** The plans whose functions the checks of a plan call. */
export function plansInside(plan: Plan): readonly Plan[] {
  return plan.checks.flatMap((check) => {
    if (check.kind === 'array') return [check.plan];
    if (check.kind !== 'inline') return [];
    return check.target.members.map(({ plan: inner }) => inner).filter(({ checks }) => checks.length > 0);
  });
}

/** Prints the function that checks the fields of a struct; `end` bytes are there. */
export function printRules(printer: Printer, writer: CTermWriter, plan: Plan): void {
  const body: (() => void)[] = [];
  let usesEnd = false;
  const least = plan.entry.kind === 'negotiated' ? plan.entry.min : plan.size;
  for (const check of plan.checks) {
    const lines = checkLines(check, writer);
    if (lines === null) continue;
    const guarded = endOfCheck(check) > least;
    usesEnd ||= guarded || check.kind === 'inline' || check.kind === 'array';
    body.push(() => {
      printer.line(`/* ${commentOf(check)} */`);
      if (guarded) printer.line(`if (end >= ${endOfCheck(check)}) {`);
      const print = (): void => printNested(printer, lines);
      if (guarded) printer.indented(print);
      else print();
      if (guarded) printer.line('}');
    });
  }
  printer.line(`static int ${rulesName(plan)}(const unsigned char *p, size_t end)`);
  printer.line('{');
  printer.indented(() => {
    if (!usesEnd) printer.line('(void)end;');
    if (body.length === 0) printer.line('(void)p;');
    for (const each of body) each();
    printer.line('return 0;');
  });
  printer.line('}');
}

/** Lines of C in which a tab is a level of indentation. */
function printNested(printer: Printer, lines: readonly string[]): void {
  for (const line of lines) printer.line(line);
}

function commentOf({ id, errno }: Check): string {
  const answer = errno === null ? '' : `: ${errno}`;
  return `${id.replace(/^field:/, '')}${answer}`.replaceAll('*/', '* /');
}

/** The statements of a check; null for one that the bytes do not decide, or that only warns. */
function checkLines(check: Check, writer: CTermWriter): readonly string[] | null {
  try {
    return statements(check, writer);
  } catch (error) {
    if (!(error instanceof TooWideError)) throw error;
    return ['/* needs numbers of more than 128 bits: left out */'];
  }
}

function statements(check: Check, writer: CTermWriter): readonly string[] | null {
  const when = check.condition === null ? '' : `${writer.truth(check.condition)} && `;
  const refuse = (fails: string): readonly string[] | null =>
    check.errno === null
      ? null
      : [`if (${when}${when === '' ? fails : `(${fails})`})`, `\t${refusal(check.errno)}`];
  switch (check.kind) {
    case 'test':
      return refuse(testText(check.test, writer));
    case 'undecided':
      return null;
    case 'variant': {
      const known = check.target.members.map(({ tags }) => writer.truth(matches(check.target, tags)));
      return refuse(known.length === 0 ? '1' : `!(${known.join(' || ')})`);
    }
    case 'memory':
      if (check.part === 'contents' || check.target === null || check.errno === null) return null;
      return lengthLines({ ...check, errno: check.errno, target: check.target }, when, writer);
    case 'array':
      return arrayLines(check, when, writer);
    case 'inline':
      return inlineLines(check, when, writer);
    default:
      return unreachable(check);
  }
}

function refusal(errno: Errno, check?: string): string {
  return `return -${errnos[errno]}; /* ${errno}${check === undefined ? '' : `, ${check}`} */`;
}

function lengthLines(
  check: Extract<Check, { kind: 'memory' }> & { readonly errno: Errno; readonly target: Target },
  when: string,
  writer: CTermWriter,
): readonly string[] {
  const given = writer.truth({
    kind: 'binary',
    operator: '>',
    left: check.count,
    right: constant(0n),
    first: 0n,
    last: 1n,
  });
  const lines = [`if (${when}${given}) {`];
  for (const [i, { tags, min, plan }] of check.target.members.entries()) {
    const fits = (operator: '<' | '>', bytes: number): string =>
      writer.truth({
        kind: 'binary',
        operator,
        left: check.stride,
        right: constant(BigInt(bytes)),
        first: 0n,
        last: 1n,
      });
    lines.push(`\t${i === 0 ? '' : '} else '}if (${writer.truth(matches(check.target, tags))}) {`);
    lines.push(`\t\tif (${fits('<', min)} || ${fits('>', plan.size)})`, `\t\t\t${refusal(check.errno)}`);
  }
  if (check.target.members.length > 0) lines.push('\t}');
  return [...lines, '}'];
}

function arrayLines(
  check: Extract<Check, { kind: 'array' }>,
  when: string,
  writer: CTermWriter,
): readonly string[] {
  const { offset, stride, plan, count } = check;
  const wanted = writer.as(count, 'u64');
  return [
    `${when === '' ? '' : `if (${when}1) `}{`,
    `\tuint64_t i, count = ${wanted};`,
    '\tint answer;',
    '',
    `\tfor (i = 0; i < count && i < ${limits.elements} && ${offset} + (i + 1) * ${stride} <= end; i++) {`,
    `\t\tanswer = ${rulesName(plan)}(p + ${offset} + i * ${stride}, ${stride});`,
    '\t\tif (answer)',
    '\t\t\treturn answer;',
    '\t}',
    '}',
  ].filter((line) => line !== '');
}

function inlineLines(
  check: Extract<Check, { kind: 'inline' }>,
  when: string,
  writer: CTermWriter,
): readonly string[] {
  const { offset, target } = check;
  const members = target.members.filter(({ plan }) => plan.checks.length > 0);
  if (members.length === 0) return [];
  const largest = Math.max(...target.members.map(({ plan }) => plan.size));
  const lines = [
    `${when === '' ? '' : `if (${when}1) `}{`,
    `\tunsigned char body[${largest}] = { 0 };`,
    `\tsize_t i, length = end > ${offset} ? end - ${offset} : 0;`,
    '\tint answer = 0;',
    `\tfor (i = 0; i < length && i < ${largest}; i++)`,
    `\t\tbody[i] = p[${offset} + i];`,
  ];
  for (const [i, { tags, min, plan }] of members.entries()) {
    lines.push(`\t${i === 0 ? '' : '} else '}if (${writer.truth(matches(target, tags))}) {`);
    lines.push(`\t\tif (length >= ${min})`);
    lines.push(`\t\t\tanswer = ${rulesName(plan)}(body, length > ${plan.size} ? length : ${plan.size});`);
  }
  return [...lines, '\t}', '\tif (answer)', '\t\treturn answer;', '}'];
}

/** Prints the public function of a struct: its size first, then its rules. */
export function printCheck(printer: Printer, writer: CTermWriter, plan: Plan): void {
  const { name, entry, size } = plan;
  printer.line(`int ${name}_check(const void *arg, size_t len)`);
  printer.line('{');
  printer.indented(() => {
    printer.line('const unsigned char *p = arg;');
    if (entry.kind === 'fixed') {
      printer.blank();
      printMissing(printer, `len < ${size}`);
      printer.line(`return ${rulesName(plan)}(p, len);`);
      return;
    }
    const claimed = writer.as({ kind: 'read', place: entry.size, first: 0n, last: 0xffff_ffffn }, 'u64');
    printer.line(`unsigned char whole[${size}] = { 0 };`);
    printer.line('uint64_t size;');
    printer.line('size_t i, known;');
    printer.blank();
    printMissing(printer, `len < ${entry.size.offset + entry.size.bytes}`);
    printer.line(`size = ${claimed};`);
    if (entry.kind === 'negotiated') printMissing(printer, `len < ${entry.min}`);
    printer.line(`if (size < ${entry.min})`);
    printer.line(`\t${refusal(entry.short, entryChecks.short)}`);
    if (entry.kind === 'extensible') {
      printer.line(`for (i = ${size}; i < size && i < len; i++)`);
      printer.line('\tif (p[i])');
      printer.line(`\t\t${refusal(entry.tail, entryChecks.tail)}`);
      printMissing(printer, 'size > len');
    }
    printer.line('known = size < len ? (size_t)size : len;');
    printer.line(`if (known >= ${size})`);
    printer.line(`\treturn ${rulesName(plan)}(p, known);`);
    printer.line('/* What a shorter struct does not have reads as zeros. */');
    printer.line('for (i = 0; i < known; i++)');
    printer.line('\twhole[i] = p[i];');
    printer.line(
      entry.kind === 'extensible'
        ? `return ${rulesName(plan)}(whole, ${size});`
        : `return ${rulesName(plan)}(whole, size > len ? known : ${size});`,
    );
  });
  printer.line('}');
}

function printMissing(printer: Printer, condition: string): void {
  printer.line(`if (${condition})`);
  printer.line(`\t${refusal('EFAULT', entryChecks.readable)}`);
}
