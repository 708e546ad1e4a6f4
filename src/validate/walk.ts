import type { Errno } from '../model/errno.ts';
import { readPlace } from '../plan/access.ts';
import { runBig } from '../plan/evaluate.ts';
import { limits } from './limits.ts';
import type { UserMemory } from './memory.ts';
import { type Check, entryChecks, type Precheck, type Test } from './plan.ts';
import { answersOf, type ChosenMember, type Program, type Step } from './program.ts';
import type { Expectation, Issue, OpenCheck, Report } from './report.ts';
import { errnosOf } from './targets.ts';

/** Where a walk is: in the struct itself, or in what belongs to it. */
interface Place {
  readonly view: DataView;
  readonly base: number;
  /** Path of what is walked, with a dot at its end; empty for the struct. */
  readonly prefix: string;
  /** Bytes that are there. */
  readonly end: number;
  /** Offsets in issues count from here. */
  readonly origin: number;
}

/** An issue, but for what follows from its errno. */
type Finding = Omit<Issue, 'severity' | 'operands'> & Partial<Pick<Issue, 'operands'>>;

/** One slow and complete run over a payload: every issue, and what the kernel answers. */
export class Walk {
  readonly #issues: Issue[] = [];
  readonly #before: { readonly id: string; readonly errnos: readonly Errno[] }[] = [];
  #first: { readonly check: string; readonly errno: Errno; readonly open: number } | null = null;
  readonly #memory: UserMemory | null;

  /** @param before what the kernel checks before it reads anything */
  constructor(memory: UserMemory | null, before: readonly Precheck[]) {
    this.#memory = memory;
    for (const { id, errno } of before) this.open(id, [errno]);
  }

  /** A check that fails for sure. */
  fail(issue: Finding): void {
    const { errno, rule } = issue;
    if (errno !== null && this.#first === null)
      this.#first = { check: rule, errno, open: this.#before.length };
    this.#report(issue, errno === null ? 'warning' : 'error');
  }

  #report(issue: Finding, severity: Issue['severity']): void {
    if (this.#issues.length < limits.issues) this.#issues.push({ operands: [], ...issue, severity });
  }

  /** A check that nobody can decide here. */
  open(id: string, errnos: readonly Errno[]): void {
    const last = this.#before.at(-1);
    const known = last?.id === id && errnos.every((errno) => last.errnos.includes(errno));
    if (errnos.length > 0 && !known) this.#before.push({ id, errnos });
  }

  /** Bytes that the struct says it has were not given. */
  missing(offset: number, expected: number, errno: Errno): void {
    this.open(entryChecks.readable, [errno]);
    const expectation: Expectation = { kind: 'range', first: BigInt(expected), last: null };
    const at = { path: '', offset, length: expected - offset, expected: expectation, actual: BigInt(offset) };
    this.fail({ ...at, code: 'missing-bytes', errno, rule: entryChecks.readable });
  }

  /** Runs all checks of a struct, in order. */
  run(program: Program, place: Place): void {
    for (const step of program.steps) {
      // What would be read is not there.
      if (step.end > place.end) continue;
      if (step.applies !== null && !step.applies(place.view, place.base)) continue;
      this.#step(step, place);
    }
  }

  #step(step: Step, place: Place): void {
    const { run, check } = step;
    switch (run.kind) {
      case 'test':
        if (run.fails(place.view, place.base)) this.#failTest(check, place);
        return;
      case 'undecided':
        this.open(check.id, answersOf(check));
        return;
      case 'target': {
        const chosen = run.target.choose(place.view, place.base);
        if (check.kind === 'variant' && chosen === null) this.#failVariant(check, place);
        if (check.kind === 'inline' && chosen !== null) this.#inside(chosen, check, place);
        return;
      }
      case 'array': {
        if (check.kind !== 'array') return;
        const { offset, stride, path } = check;
        const room = stride === 0 ? 0 : Math.floor((place.end - offset) / stride);
        const wanted = run.count(place.view, place.base);
        const count = Math.min(wanted, room, limits.elements);
        // Elements that are not looked at may be refused.
        if (wanted > count) this.open(check.id, errnosOf(check.plan));
        for (let i = 0; i < count; i++) {
          const base = place.base + offset + i * stride;
          const prefix = `${place.prefix}${path}[${i}].`;
          this.run(run.program, {
            ...place,
            base,
            prefix,
            end: stride,
            origin: place.origin + offset + i * stride,
          });
        }
        return;
      }
      case 'memory':
        this.#pointed(step, place);
    }
  }

  #failTest(check: Check, { view, base, prefix, origin }: Place): void {
    if (check.kind !== 'test') return;
    const { test, code, offset, length, errno, id } = check;
    const place = 'place' in test ? test.place : test.kind === 'holds' ? test.operands[0] : undefined;
    const operands =
      test.kind !== 'holds'
        ? []
        : test.operands.map((each) => ({
            path: prefix + each.path,
            offset: origin + each.offset,
            value: readPlace(each, view, base),
          }));
    this.fail({
      code,
      path: prefix + check.path,
      offset: origin + offset,
      length,
      expected: expectationOf(test, view, base),
      actual: place === undefined ? numberIn(view, base + offset, length) : readPlace(place, view, base),
      operands,
      errno,
      rule: id,
    });
  }

  #failVariant(check: Check & { kind: 'variant' }, { view, base, prefix, origin }: Place): void {
    const [tag] = check.target.tags;
    const { path, offset } = tag?.kind === 'read' ? tag.place : check;
    const values = check.target.members.flatMap(({ tags }) => tags[0] ?? []);
    this.fail({
      code: 'unknown-variant',
      path: prefix + path,
      offset: origin + offset,
      length: tag?.kind === 'read' ? tag.place.bytes : check.length,
      expected: { kind: 'values', values, set: null },
      actual: tag === undefined ? null : runBig(tag)(view, base),
      errno: check.errno,
      rule: check.id,
    });
  }

  #inside({ program, member }: ChosenMember, check: Check & { kind: 'inline' }, place: Place): void {
    const { offset, path } = check;
    const end = place.end - offset;
    if (end < member.min) return;
    const next = {
      base: place.base + offset,
      prefix: `${place.prefix}${path}.`,
      origin: place.origin + offset,
    };
    if (end >= program.plan.size) {
      this.run(program, { ...place, ...next, end });
      return;
    }
    const grown = new Uint8Array(program.plan.size);
    grown.set(new Uint8Array(place.view.buffer, place.view.byteOffset + next.base, end));
    this.run(program, { ...next, view: new DataView(grown.buffer), base: 0, end: grown.length });
  }

  #pointed({ run, check }: Step, place: Place): void {
    if (run.kind !== 'memory' || check.kind !== 'memory') return;
    const { view, base } = place;
    const [count, stride] = [run.count(view, base), run.stride(view, base)];
    const chosen = run.target?.choose(view, base) ?? null;
    if (check.part === 'length') {
      if (count > 0n && stride >= 0n && chosen !== null)
        this.#checkLength(check, stride, chosen.member, place);
      return;
    }
    if (count <= 0n || stride <= 0n) return;
    const address = readPlace(check.pointer, view, base);
    const state = this.#memory?.mapped(address, count * stride) ?? null;
    const reads = check.access === 'read' || check.access === 'readwrite';
    if (state === false) this.#failPointer(check, address, place);
    // How much of it is written is up to the kernel.
    if (!reads && state !== true) this.open(check.id, answersOf(check));
    if (!reads || state === false || check.errno === null) return;
    this.#contents(check, { address, count, stride, chosen, known: state === true }, place);
  }

  #checkLength(
    check: Check & { kind: 'memory' },
    length: bigint,
    { min, plan }: { readonly min: number; readonly plan: { readonly size: number } },
    { prefix, origin }: Place,
  ): void {
    if (length >= BigInt(min) && length <= BigInt(plan.size)) return;
    const term = check.stride;
    const at = term.kind === 'read' ? term.place : check.pointer;
    this.fail({
      code: 'payload-length',
      path: prefix + at.path,
      offset: origin + at.offset,
      length: at.bytes,
      expected: { kind: 'range', first: BigInt(min), last: BigInt(plan.size) },
      actual: length,
      errno: check.errno,
      rule: check.id,
    });
  }

  #failPointer(check: Check & { kind: 'memory' }, address: bigint, { prefix, origin }: Place): void {
    const { pointer, errno, id, access } = check;
    const issue: Finding = {
      code: 'bad-pointer',
      path: prefix + pointer.path,
      offset: origin + pointer.offset,
      length: pointer.bytes,
      expected: { kind: 'readable' },
      actual: address,
      errno,
      rule: id,
    };
    if (access === 'write') this.#report(issue, 'warning');
    else this.fail(issue);
  }

  #contents(
    check: Check & { kind: 'memory' },
    at: {
      readonly address: bigint;
      readonly count: bigint;
      readonly stride: bigint;
      readonly chosen: ChosenMember | null;
      readonly known: boolean;
    },
    place: Place,
  ): void {
    const { address, count, stride, chosen } = at;
    const all = count * stride;
    const bytes = all <= BigInt(limits.memory) ? (this.#memory?.read(address, Number(all)) ?? null) : null;
    if (bytes === null || chosen === null || stride < BigInt(chosen.member.min)) {
      if (!at.known || check.others.length > 0) this.open(check.id, answersOf(check));
      return;
    }
    const size = Number(stride);
    const { program } = chosen;
    if (count > BigInt(limits.elements)) this.open(check.id, answersOf(check));
    for (let i = 0; i < Math.min(Number(count), limits.elements); i++) {
      const element = new Uint8Array(Math.max(size, program.plan.size));
      element.set(bytes.subarray(i * size, (i + 1) * size));
      const index = count === 1n && check.count.kind === 'constant' ? '' : `[${i}]`;
      this.run(program, {
        view: new DataView(element.buffer),
        base: 0,
        prefix: `*${place.prefix}${check.pointer.path}${index}.`,
        end: element.length,
        origin: i * size,
      });
    }
  }

  /** What came of it. */
  get report(): Report {
    const first = this.#first;
    const before = first === null ? this.#before : this.#before.slice(0, first.open);
    const others =
      first === null ? before : before.filter(({ errnos }) => errnos.some((errno) => errno !== first.errno));
    const named = first !== null && others.length === 0 && first.check !== entryChecks.readable;
    const open = openChecks(others);
    const dependsOn = open.map(({ check }) => check);
    return {
      issues: this.#issues,
      verdict: {
        errno: named ? first.errno : null,
        check: first?.check ?? null,
        refusal: first?.errno ?? null,
        certain: first === null ? dependsOn.length === 0 : named,
        dependsOn,
        open,
      },
    };
  }
}

/** Open checks by their ids, each with all that it may answer. */
export function openChecks(
  all: readonly { readonly id: string; readonly errnos: readonly Errno[] }[],
): readonly OpenCheck[] {
  const byId = new Map<string, readonly Errno[]>();
  for (const { id, errnos } of all) byId.set(id, [...new Set([...(byId.get(id) ?? []), ...errnos])]);
  return [...byId].map(([check, errnos]) => ({ check, errnos }));
}

/** Bytes of a reserved array as one number, for the report. */
function numberIn(view: DataView, offset: number, length: number): bigint | null {
  for (let i = 0; i < length; i++)
    if (view.getUint8(offset + i) !== 0) return BigInt(view.getUint8(offset + i));
  return null;
}

function expectationOf(test: Test, view: DataView, base: number): Expectation {
  switch (test.kind) {
    case 'zero':
      return { kind: 'value', value: 0n };
    case 'mask':
      return { kind: 'mask', mask: test.allowed, set: test.set };
    case 'values':
      return { kind: 'values', values: test.values, set: test.set };
    case 'range':
      return { kind: 'range', first: runBig(test.first)(view, base), last: runBig(test.last)(view, base) };
    case 'holds':
      return { kind: 'rule', text: test.text };
  }
}
