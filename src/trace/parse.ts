import { jsonExcerpt } from '../base/json-excerpt.ts';
import type { TraceEvent, TraceLine } from './event.ts';
import { Fields, TraceError } from './fields.ts';
import type { TraceHeader, TraceMemory, TraceRecord } from './record.ts';

const nothing: TraceMemory = { start: 0n, length: 0n };

/**
 * Reads a line of a trace: a header, a call, or what happened between calls.
 *
 * @throws TraceError
 */
export function parseTraceLine(text: string, line: number): TraceHeader | TraceLine {
  const fields = new Fields(text, line);
  if (fields.has('trace')) return headerOf(fields, line);
  const process = fields.has('process') ? fields.number('process') : 0;
  return fields.has('seq') || !fields.has('op')
    ? callOf(fields, { line, process })
    : eventOf(fields, { line, process });
}

function headerOf(fields: Fields, line: number): TraceHeader {
  const version = fields.number('trace');
  if (version !== 1) throw new TraceError(line, `trace format ${version} is not known, expected 1`);
  return {
    trace: 1,
    kernel: fields.text('kernel'),
    machine: fields.has('machine') ? fields.text('machine') : 'x86_64',
    pageSize: fields.has('page_size') ? fields.number('page_size') : 4096,
    profile: fields.has('profile') ? fields.text('profile') : '',
    seed: fields.has('seed') ? fields.number('seed') : 0,
    test: fields.has('test') ? fields.text('test') : null,
    arena: fields.has('arena') ? fields.memory('arena') : nothing,
    scratch: fields.has('scratch') ? fields.memory('scratch') : nothing,
  };
}

interface Place {
  readonly line: number;
  readonly process: number;
}

function callOf(fields: Fields, { line, process }: Place): TraceRecord {
  const errno = fields.text('errno');
  const outcome = {
    line,
    seq: fields.number('seq'),
    process,
    ret: fields.number('ret'),
    errno: errno === '0' ? null : errno,
  };
  if (!fields.has('op')) {
    return {
      kind: 'ioctl',
      ...outcome,
      fd: fields.has('fd') ? fields.number('fd') : null,
      name: fields.text('name'),
      cmd: fields.number('cmd'),
      in: fields.bytes('in'),
      out: fields.bytes('out'),
      ignore: fields.ignored(),
      buffers: fields.buffers(),
      value: fields.has('value') ? fields.integer('value') : null,
      argument: fields.has('arg') ? fields.integer('arg') : null,
    };
  }
  const op = fields.text('op');
  switch (op) {
    case 'open':
      return {
        kind: op,
        ...outcome,
        path: fields.text('path'),
        file: fields.has('file') ? fields.text('file') : null,
      };
    case 'read':
      return {
        kind: op,
        ...outcome,
        fd: fields.number('fd'),
        length: fields.number('len'),
        data: fields.bytes('data'),
      };
    case 'write':
      return { kind: op, ...outcome, fd: fields.number('fd'), data: fields.bytes('data') };
    case 'close':
      return { kind: op, ...outcome, fd: fields.number('fd') };
    default:
      throw new TraceError(
        line,
        `op ${jsonExcerpt(op)} of a call is not known, expected open, read, write or close`,
      );
  }
}

function eventOf(fields: Fields, place: Place): TraceEvent {
  const op = fields.text('op');
  switch (op) {
    case 'mmap':
      return {
        kind: op,
        ...place,
        ...memoryOf(fields),
        shared: fields.flag('shared'),
        huge: fields.flag('huge'),
      };
    case 'munmap':
      return { kind: op, ...place, ...memoryOf(fields) };
    case 'mprotect':
      return { kind: op, ...place, ...memoryOf(fields), writable: fields.flag('writable') };
    case 'store':
      return { kind: op, ...place, address: fields.integer('addr'), data: fields.bytes('data') };
    case 'fork':
      return { kind: op, ...place, child: fields.number('child') };
    case 'exit':
      return { kind: op, ...place };
    default:
      throw new TraceError(
        place.line,
        `op ${jsonExcerpt(op)} is not known, expected mmap, munmap, mprotect, store, fork, exit or a call with "seq"`,
      );
  }
}

function memoryOf(fields: Fields): TraceMemory {
  return { start: fields.integer('addr'), length: fields.integer('len') };
}
