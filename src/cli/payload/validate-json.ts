import { type JsonValue, jsonInteger } from '../../base/json.ts';
import { checkDoc } from '../../validate/check-doc.ts';
import type { Expectation, Issue } from '../../validate/report.ts';
import type { Validated } from './validated.ts';

/** The JSON document of a validated payload. */
export function validatedJson({ target, model, struct, size, given, report }: Validated): JsonValue {
  const { issues, verdict } = report;
  return {
    name: struct,
    size,
    given,
    ...(target.ioctl === null ? {} : { ioctl: target.ioctl.name, fds: [...target.ioctl.fds] }),
    issues: issues.map(issueJson),
    verdict: {
      ...verdict,
      dependsOn: [...verdict.dependsOn],
      open: verdict.open.map(({ check, errnos }) => ({
        check,
        errnos: [...errnos],
        doc: checkDoc(model, struct, check),
      })),
    },
  };
}

function issueJson(issue: Issue): JsonValue {
  const { code, path, offset, length, expected, actual, severity, errno, rule, operands } = issue;
  const number = (value: bigint): JsonValue => (length > 4 ? jsonInteger(value) : plain(value));
  return {
    code,
    path,
    offset,
    length,
    expected: expectationJson(expected, number),
    actual: actual === null ? null : number(actual),
    severity,
    errno,
    rule,
    ...(operands.length === 0
      ? {}
      : { operands: operands.map((each) => ({ ...each, value: plain(each.value) })) }),
  };
}

function expectationJson(expected: Expectation, number: (value: bigint) => JsonValue): JsonValue {
  switch (expected.kind) {
    case 'value':
      return number(expected.value);
    case 'mask':
      return { mask: number(expected.mask) };
    case 'values':
      return expected.values.map(number);
    case 'range':
      return { first: number(expected.first), last: expected.last === null ? null : number(expected.last) };
    case 'rule':
      return expected.text;
    default:
      return expected.kind;
  }
}

function plain(value: bigint): JsonValue {
  return value >= -0x8000_0000n && value <= 0xffff_ffffn ? Number(value) : jsonInteger(value);
}
