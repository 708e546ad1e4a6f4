import type { JsonValue } from '../../base/json.ts';
import { hexOf } from '../../print/hex.ts';
import { jsonValue } from '../../print/json-value.ts';
import { structJson } from '../../print/struct-json.ts';
import { elementName } from '../../print/title.ts';

import { pointersJson } from '../payload/pointers-json.ts';
import type { TracedArgument } from './argument.ts';
import type { TracedStruct } from './calls.ts';
import { carriedRecords, requestName, type TracedRecord } from './text.ts';

/** A call of a trace with exact values; `out` holds only what the call changed. */
export function tracedJson(traced: TracedRecord): { readonly [name: string]: JsonValue } {
  const { seq, ret, errno } = traced.record;
  if (traced.kind === 'file') {
    const { record, fileKind, carried } = traced;
    const { kind } = record;
    if (kind === 'open') return { seq, name: kind, path: record.path, file: fileKind ?? null, ret, errno };
    const common = { seq, name: kind, fd: record.fd, file: fileKind ?? null, ret, errno };
    if (kind === 'close') return common;
    const { values, rest } = carriedRecords(record.data, carried);
    const records = {
      records:
        carried === null
          ? []
          : values.map((value) => structJson(carried.reader.world, carried.struct.name, value)),
      struct: carried?.struct.name ?? null,
    };
    const bytes = rest.length === 0 ? {} : { rest: hexOf(rest) };
    return { ...common, ...(kind === 'read' ? { length: record.length } : {}), ...records, ...bytes };
  }
  const { record, call, argument } = traced;
  const common = { seq, name: requestName(traced), cmd: record.cmd, ret, errno };
  if (call?.argument != null && argument !== null) {
    return { ...common, ioctl: call.ioctl.name, ...argumentJson(call.argument, argument) };
  }
  if (record.value !== null) return { ...common, value: jsonValue(record.value) };
  return { ...common, ...(record.in.length === 0 ? {} : { in: hexOf(record.in), out: hexOf(record.out) }) };
}

function argumentJson(
  { model, struct, reader }: TracedStruct,
  { before, after, tail, space }: TracedArgument,
): { readonly [name: string]: JsonValue } {
  const given = reader.pointers(struct.name, before).filter(({ access }) => access.startsWith('read'));
  const written = reader
    .pointers(struct.name, { ...after, countsOf: before.value })
    .filter(({ access }) => access.endsWith('write'));
  const { world } = reader;
  const jsonOf = (value: object): JsonValue => structJson(world, struct.name, value);
  const chains = (space?.chains ?? []).filter(({ elements }) => elements.length > 0);
  return {
    struct: struct.name,
    in: jsonOf(before.value),
    out: changes(jsonOf(before.value), jsonOf(after.value)) ?? {},
    ...(tail.length === 0 ? {} : { tail: hexOf(tail) }),
    ...(given.length === 0 ? {} : { memory_in: pointersJson(world, given) }),
    ...(written.length === 0 ? {} : { memory_out: pointersJson(world, written) }),
    ...(chains.length === 0
      ? {}
      : {
          chains: Object.fromEntries(
            chains.map(({ name, elements }) => [
              name,
              elements.map(({ id, version, offset, name: element, size, value, bytes }) => ({
                id,
                ...(version === null ? {} : { version }),
                offset,
                name: elementName(model, name, { name: element, id }),
                size,
                fields: element === null || value === null ? {} : structJson(world, element, value),
                ...(bytes === null ? {} : { bytes: hexOf(bytes) }),
              })),
            ]),
          ),
        }),
  };
}

/** The members that differ; undefined where none does. */
function changes(before: JsonValue | undefined, after: JsonValue): JsonValue | undefined {
  if (isMap(before) && isMap(after)) {
    const changed = Object.entries(after).flatMap(([name, value]) => {
      const change = changes(before[name], value);
      return change === undefined ? [] : [[name, change] as const];
    });
    return changed.length === 0 ? undefined : Object.fromEntries(changed);
  }
  return JSON.stringify(before) === JSON.stringify(after) ? undefined : after;
}

function isMap(value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
