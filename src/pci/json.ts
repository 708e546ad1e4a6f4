import type { JsonValue } from '../base/json.ts';
import { type ChainIssue, describeIssue } from '../chain/issue.ts';
import { hexOf } from '../print/hex.ts';
import { jsonValue } from '../print/json-value.ts';
import { capabilitiesOf, type PciCapability, type PciDevice } from './device.ts';

/** A device as `uapi pci --json` prints it. */
export function deviceJson(
  device: PciDevice,
  isWanted: (capability: PciCapability | 'header') => boolean,
): JsonValue {
  const { slot, space, missing } = device;
  const capabilities = capabilitiesOf(device).filter(isWanted).map(capabilityJson);
  const header = space.head === null || !isWanted('header') ? {} : { header: jsonValue(space.head.value) };
  const holes = missing.length === 0 ? {} : { missing: missing.map((hole) => ({ ...hole })) };
  return { slot, size: space.size, ...holes, ...header, capabilities, issues: space.issues.map(issueJson) };
}

function capabilityJson({ kind, element }: PciCapability): JsonValue {
  const { offset, id, version, name, size, value, bytes, partial } = element;
  return {
    kind,
    offset,
    id,
    ...(version === null ? {} : { version }),
    name: name ?? partial?.name ?? null,
    size,
    fields: jsonValue(value ?? partial?.value ?? {}),
    ...(bytes === null ? {} : { bytes: hexOf(bytes) }),
  };
}

/** A finding about a chain. */
export function issueJson(issue: ChainIssue): JsonValue {
  const { code, chain, offset, found, expected, element, struct } = issue;
  return {
    code,
    message: describeIssue(issue),
    chain,
    offset,
    found,
    expected,
    element,
    ...(struct === undefined ? {} : { struct }),
  };
}
