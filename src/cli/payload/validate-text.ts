import type { Model } from '../../model/model.ts';
import { shortName } from '../../model/path.ts';
import { hexInteger } from '../../print/hex.ts';
import type { Style } from '../../print/tree.ts';
import { checkDoc } from '../../validate/check-doc.ts';
import { entryChecks } from '../../validate/plan.ts';
import type { Expectation, Issue } from '../../validate/report.ts';
import type { Validated } from './validated.ts';

/** A validated payload for people: the findings, then what the kernel answers. */
export function validatedLines(validated: Validated, style: Style): string[] {
  const { target, struct, model, size, given, report } = validated;
  const { issues } = report;
  const ioctl = target.ioctl === null ? '' : `${target.ioctl.name} (${target.ioctl.fds.join(', ')}): `;
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  const counts = [counted(errors, 'error'), counted(issues.length - errors, 'warning')].filter(
    (text) => text !== '',
  );
  const bytes = given === size ? `${size} bytes` : `${given} bytes of ${size}`;
  return [
    `${style.heading(`${ioctl}${struct}`)}, ${bytes}: ${counts.join(', ') || 'nothing wrong'}`,
    ...issues.map((issue) => issueLine(model, issue, style)),
    ...answerLines(validated),
  ];
}

function counted(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${what}${number === 1 ? '' : 's'}`;
}

function issueLine(model: Model, issue: Issue, style: Style): string {
  const { path, offset, severity, errno, rule, code } = issue;
  const place = `${path === '' ? 'byte' : path} at ${hexInteger(offset)}`;
  const answer = errno === null ? '' : `, ${errno}`;
  const mark = severity === 'error' ? style.warning(severity) : severity;
  const origin = rule.startsWith('field:') || rule.startsWith('chain:') ? '' : ` (${rule}${answer})`;
  const own = origin === '' && answer !== '' ? ` (${errno})` : origin;
  return `  ${mark}: ${place}: ${code}: expected ${expectedText(model, issue)}, found ${foundText(issue)}${own}`;
}

function expectedText(model: Model, { expected, code, length }: Issue): string {
  const number = (value: bigint): string =>
    code === 'missing-bytes' ? `${value} bytes` : hexOrSmall(value, length);
  switch (expected.kind) {
    case 'value':
      return number(expected.value);
    case 'mask':
      return `no bits but ${namedMask(model, expected)}`;
    case 'values':
      return namedValues(model, expected);
    case 'range':
      if (expected.last === null) return `at least ${number(expected.first)}`;
      if (expected.first === expected.last) return number(expected.first);
      return `${number(expected.first)} to ${number(expected.last)}`;
    case 'rule':
      return expected.text;
    case 'readable':
      return 'memory that is mapped';
    default:
      return 'something that is known';
  }
}

function namedMask(model: Model, { mask, set }: Expectation & { kind: 'mask' }): string {
  const flags = set === null ? undefined : model.flags.get(set);
  const names = (flags?.values ?? []).filter(({ role }) => role === 'member');
  const text = names.map(({ name }) => shortName(name, flags?.prefix ?? '')).join('|');
  return text === '' ? hexInteger(mask) : `${text} (${hexInteger(mask)})`;
}

/** Values of a long list that are shown. */
const shownMax = 16;

function namedValues(model: Model, { values, set }: Expectation & { kind: 'values' }): string {
  const known = set === null ? undefined : (model.enums.get(set) ?? model.flags.get(set));
  const shown = values.slice(0, shownMax).map((value) => {
    const named = known?.values.find((each) => each.value === value);
    const text = value > 0xffffn ? hexInteger(value) : `${value}`;
    return named === undefined ? text : `${shortName(named.name, known?.prefix ?? '')} (${text})`;
  });
  return `${shown.length === 1 ? '' : 'one of '}${shown.join(', ') || 'nothing'}${values.length > shownMax ? ', ...' : ''}`;
}

function foundText({ actual, operands, code, length }: Issue): string {
  if (operands.length > 0) {
    return operands.map(({ path, value }) => `${path} ${hexOrSmall(value, 8)}`).join(', ');
  }
  if (actual === null) return 'none';
  return code === 'missing-bytes' ? `${actual}` : hexOrSmall(actual, length);
}

function hexOrSmall(value: bigint, length: number): string {
  return value >= -9n && value <= (length > 4 ? 9n : 255n) ? `${value}` : hexInteger(value);
}

/** What the kernel answers, by which check, and what may come before it. */
function answerLines(validated: Validated): string[] {
  const { errno, check, refusal, open } = validated.report.verdict;
  if (errno !== null && check !== null) return [`The kernel answers ${errno} (${checkName(check)}).`];
  if (check === entryChecks.readable) {
    return [
      'What the kernel answers depends on the bytes that are missing here: EFAULT if they do not exist.',
      ...openLines(validated),
    ];
  }
  const ids = open.map((each) => checkName(each.check)).join(', ');
  if (check !== null) {
    const others = open.length === 1 ? 'this check, which depends' : 'one of these checks, which depend';
    const refused = `The kernel answers ${refusal} (${checkName(check)})`;
    return [`${refused}, unless ${others} on state or memory, comes first: ${ids}.`, ...openLines(validated)];
  }
  const success = validated.target.ioctl?.returns ? 'The call succeeds' : 'The kernel answers 0';
  if (open.length === 0) return [`${success}, as long as there is memory${writtenText(validated)}.`];
  return [
    `The payload passes. ${success} unless a check refuses it that depends on state or memory: ${ids}.`,
    ...openLines(validated),
  ];
}

/** What the checks that are open ask for, and what they answer otherwise. */
function openLines({ model, struct, report }: Validated): string[] {
  return report.verdict.open.map(({ check, errnos }) => {
    const doc = checkDoc(model, struct, check);
    return `  ${checkName(check)}, otherwise ${errnos.join(' or ')}${doc === '' ? '' : `: ${doc}`}`;
  });
}

/** The answer goes into the argument's own memory. */
function writtenText({ model, struct }: Validated): string {
  const writes = model.structs.get(struct)?.fields.some(({ direction }) => direction.out !== false);
  return writes ? ' and the argument can be written' : '';
}

function checkName(id: string): string {
  return id.replace(/^field:/, '');
}
