import { worldOf } from '../../codec/oracle/world.ts';
import { abis } from '../../layout/abi.ts';
import { shortName } from '../../model/path.ts';
import { hexInteger } from '../../print/hex.ts';
import { quotedBytes } from '../../print/quoted-bytes.ts';
import { enumWriter } from '../../print/strace-integer.ts';
import { idName } from '../../print/title.ts';
import type { IoctlRecord, ReadRecord, TraceRecord, WriteRecord } from '../../trace/record.ts';
import type { TracedArgument } from './argument.ts';
import { structValue } from './argument.ts';
import type { TracedCall, TracedStruct } from './calls.ts';
import { processPrefix } from './event-text.ts';

/** A record of a trace with what the schemas know about it. */
export type TracedRecord =
  | {
      readonly kind: 'ioctl';
      readonly record: IoctlRecord;
      /** Kind of the file that it is made on; null or undefined if nobody knows it. */
      readonly fileKind: string | null | undefined;
      readonly call: TracedCall | undefined;
      /** How a request is shown that the schemas do not know; empty for others. */
      readonly unknown: string;
      readonly argument: TracedArgument | null;
    }
  | {
      readonly kind: 'file';
      readonly record: Exclude<TraceRecord, IoctlRecord>;
      readonly fileKind: string | null | undefined;
      readonly carried: TracedStruct | null;
    };

/** A line as strace prints it. */
export function traceLine(traced: TracedRecord): string {
  const { ret, errno } = traced.record;
  const result = errno === null ? String(ret) : `${ret} ${errno}`;
  const who = processPrefix(traced.record);
  if (traced.kind === 'file') return `${who}${fileCall(traced)} = ${result}`;
  const { call, output } = ioctlCall(traced);
  return `${who}${call} = ${result}${output === '' ? '' : ` => ${output}`}`;
}

type TracedIoctl = Extract<TracedRecord, { kind: 'ioctl' }>;

function ioctlCall(traced: TracedIoctl): { readonly call: string; readonly output: string } {
  const { record, call, argument } = traced;
  const file = record.fd === null ? traced.fileKind : descriptorText(record.fd, traced.fileKind);
  const head = `ioctl(${file}, ${requestText(traced)}`;
  if (call?.argument != null && argument !== null) {
    const { text, struct } = call.argument;
    const input = text.input(struct.name, argument.before, {
      failed: record.errno !== null,
      said: saidByName(traced),
    });
    const output = argument.silent
      ? ''
      : text.output(struct.name, argument.before, argument.after, record.errno === null);
    return {
      call: `${head}, ${withTail(input, argument)})`,
      output: withChains(output, call.argument, argument),
    };
  }
  if (record.value !== null) return { call: `${head}, ${valueText(call, record.value)})`, output: '' };
  if (record.in.length === 0) return { call: `${head})`, output: '' };
  const changed = record.out.some((byte, i) => byte !== record.in[i]);
  return {
    call: `${head}, ${quotedBytes(record.in, false)})`,
    output: changed ? quotedBytes(record.out, false) : '',
  };
}

function descriptorText(fd: number, kind: string | null | undefined): string {
  return kind == null ? `${fd}` : `${fd}<${kind}>`;
}

/** The name of the request: the recorder's where it is finer than the ioctl's, numbers where nobody knows it. */
export function requestName({ record, call }: TracedIoctl): string {
  if (call === undefined) return record.name;
  return record.name === '' || record.name === 'UNKNOWN' ? call.ioctl.name : record.name;
}

function requestText(traced: TracedIoctl): string {
  return traced.call === undefined ? traced.unknown : requestName(traced);
}

/** What a finer name says beyond the ioctl's: of TEST_MD_CHECK_MAP the operation MD_CHECK_MAP. */
function saidByName(traced: TracedIoctl): string | undefined {
  const name = requestName(traced);
  return name === traced.call?.ioctl.name ? undefined : name.replace(/^[A-Z0-9]+_/, '');
}

function valueText(call: TracedCall | undefined, value: bigint): string {
  const argument = call?.ioctl.argument;
  if (argument?.kind === 'struct') return value === 0n ? 'NULL' : hexInteger(value);
  const set =
    argument?.kind === 'value' && argument.enumeration !== undefined
      ? call?.model.enums.get(argument.enumeration.name)
      : undefined;
  if (call === undefined || set === undefined) return String(value);
  const found = set.values.find((each) => each.value === value && each.role === 'member');
  return found?.name ?? enumWriter(worldOf(call.model, abis.lp64), set)(value);
}

/** Bytes beyond the struct that are not zero, which the kernel refuses. */
function withTail(text: string, { tail, before }: TracedArgument): string {
  if (tail.length === 0) return text;
  const place = `/* bytes ${before.size - tail.length}..${before.size - 1} */`;
  return `${text.slice(0, -1)}${text === '{}' ? '' : ', '}${place} ${quotedBytes(tail, false)}}`;
}

function withChains(output: string, { model, text }: TracedStruct, { space }: TracedArgument): string {
  const chains = (space?.chains ?? []).filter(({ elements }) => elements.length > 0);
  if (output === '' || chains.length === 0) return output;
  const parts = chains.map(({ name, elements }) => {
    const declared = model.chains.get(name);
    const texts = elements.map(({ id, version, name: struct, value, bytes }) => {
      const named = idName(model, declared?.elements ?? '', id);
      const idText = named === undefined ? String(id) : shortName(named.name, named.prefix);
      const head = [`id=${idText}`, ...(version === null ? [] : [`version=${version}`])];
      return struct === null || value === null
        ? `{${[...head, quotedBytes(bytes ?? new Uint8Array(0), false)].join(', ')}}`
        : text.element(struct, value, { header: declared?.header ?? '', head });
    });
    return `${name}=[${texts.join(', ')}]`;
  });
  return `${output.slice(0, -1)}, ${parts.join(', ')}}`;
}

function fileCall({ record, carried }: Extract<TracedRecord, { kind: 'file' }>): string {
  switch (record.kind) {
    case 'open':
      return `open("${record.path}", O_RDWR)`;
    case 'close':
      return `close(${record.fd})`;
    case 'read':
      return `read(${record.fd}, ${carriedText(record, carried)}, ${record.length})`;
    case 'write':
      return `write(${record.fd}, ${carriedText(record, carried)}, ${record.data.length})`;
  }
}

/** The records that were read or written; what is left of the bytes stays bytes. */
function carriedText({ data }: ReadRecord | WriteRecord, carried: TracedStruct | null): string {
  const { values, rest } = carriedRecords(data, carried);
  if (carried === null || values.length === 0) return quotedBytes(data, false);
  const texts = values.map((value) => carried.text.whole(carried.struct.name, value));
  return `[${[...texts, ...(rest.length > 0 ? [quotedBytes(rest, false)] : [])].join(', ')}]`;
}

/** The bytes of a read() or write() as records. */
export function carriedRecords(
  data: Uint8Array,
  carried: TracedStruct | null,
): { readonly values: readonly object[]; readonly rest: Uint8Array } {
  const size = carried?.codec.size ?? 0;
  if (carried === null || size === 0) return { values: [], rest: data };
  const count = Math.floor(data.length / size);
  const values = Array.from({ length: count }, (_, i) =>
    structValue(carried, data.subarray(i * size, (i + 1) * size)),
  );
  return {
    values: values.filter((value) => value !== null),
    rest: data.subarray(count * size),
  };
}
