import { unreachable } from '../../src/base/internal-error.ts';
import type { Errno } from '../../src/model/errno.ts';
import { isSmall } from '../../src/plan/small.ts';
import { binary, constant } from '../../src/plan/term.ts';
import { matches } from '../../src/validate/fast.ts';
import { limits } from '../../src/validate/limits.ts';
import { type Check, entryChecks, type Plan } from '../../src/validate/plan.ts';
import { endOfCheck } from '../../src/validate/program.ts';
import { ScriptWriter } from '../../src/validate/script.ts';
import type { Printer } from '../printer.ts';

/** The plans whose functions the checks of a plan call. */
export function plansInside(plan: Plan): readonly Plan[] {
  return plan.checks.flatMap((check) => {
    if (check.kind === 'array') return [check.plan];
    return check.kind === 'inline' ? check.target.members.map((member) => member.plan) : [];
  });
}

/** `checkIommuIoasMap`. */
export function checkNameOf({ name }: Plan): string {
  return `check${pascal(name)}`;
}

function rulesNameOf({ name }: Plan): string {
  return `rulesOf${pascal(name)}`;
}

function pascal(name: string): string {
  return name.replace(/(?:^|_+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Prints the public function of a struct: its size first, then its rules. */
export function printCheck(printer: Printer, plan: Plan): void {
  const { name, entry, size } = plan;
  printer.line('/**');
  printer.line(
    ` * The first check that the bytes of ${name} do not pass, null if they pass all. Neither is sure to be`,
  );
  printer.line(
    ' * what the kernel answers: what it checks of the file, of memory and of objects is not known here, and may',
  );
  printer.line(' * refuse the call before or after.');
  printer.line(' */');
  printer.line(`export function ${checkNameOf(plan)}(view: DataView): Refusal | null {`);
  printer.indented(() => {
    if (entry.kind === 'fixed') {
      printer.line(`if (view.byteLength < ${size}) return ${missing};`);
      printer.line(
        hasRules(plan) ? `return ${rulesNameOf(plan)}(view, 0, view.byteLength);` : 'return null;',
      );
      return;
    }
    const { offset, bytes, littleEndian } = entry.size;
    const order = bytes === 1 ? '' : `, ${littleEndian}`;
    const number = `view.getUint${bytes * 8}(${offset}${order})`;
    printer.line('const given = view.byteLength;');
    printer.line(`if (given < ${offset + bytes}) return ${missing};`);
    printer.line(`const size = ${bytes === 8 ? `Number(view.getBigUint64(${offset}${order}))` : number};`);
    if (entry.kind === 'negotiated') printer.line(`if (given < ${entry.min}) return ${missing};`);
    printer.line(`if (size < ${entry.min}) return ${refusal(entry.short, entryChecks.short)};`);
    if (entry.kind === 'extensible') {
      printer.line(`for (let i = ${size}; i < size && i < given; i++) {`);
      printer.line(`  if (view.getUint8(i) !== 0) return ${refusal(entry.tail, entryChecks.tail)};`);
      printer.line('}');
      printer.line(`if (size > given) return ${missing};`);
    }
    if (!hasRules(plan)) {
      printer.line('return null;');
      return;
    }
    printer.line('const known = Math.min(size, given);');
    printer.line(`if (known >= ${size}) return ${rulesNameOf(plan)}(view, 0, known);`);
    printer.line('// What a shorter struct does not have reads as zeros.');
    printer.line(`const whole = new Uint8Array(${size});`);
    printer.line('whole.set(new Uint8Array(view.buffer, view.byteOffset, known));');
    const end = entry.kind === 'extensible' ? `${size}` : `size > given ? known : ${size}`;
    printer.line(`return ${rulesNameOf(plan)}(new DataView(whole.buffer), 0, ${end});`);
  });
  printer.line('}');
}

const missing = refusal('EFAULT', entryChecks.readable);

function refusal(errno: Errno, check: string): string {
  return `{ errno: '${errno}', check: '${check}' }`;
}

/** True for a struct with checks that its bytes decide. */
function hasRules(plan: Plan): boolean {
  return plan.checks.some((check) => checkLines(check, new ScriptWriter('exact')).length > 0);
}

/** Prints the function that checks the fields of a struct that stands at `base`; `end` bytes of it are there. */
export function printRules(printer: Printer, writerFor: () => ScriptWriter, plan: Plan): void {
  if (!hasRules(plan)) return;
  const least = plan.entry.kind === 'negotiated' ? plan.entry.min : plan.size;
  // Nothing is read before it is known to be there.
  const writer = writerFor();
  const body = plan.checks.flatMap((check): readonly string[] => {
    const end = endOfCheck(check);
    if (end <= least) return checkLines(check, writer);
    const own = writerFor();
    const lines = checkLines(check, own);
    if (lines.length === 0) return [];
    return [`if (end >= ${end}) {`, ...[...own.declarations, ...lines].map((line) => `  ${line}`), '}'];
  });
  const text = [...writer.declarations, ...body];
  const parameter = (name: string): string =>
    text.some((line) => new RegExp(`\\b${name}\\b`).test(line)) ? name : `_${name}`;
  const [view, base, end] = ['view', 'base', 'end'].map(parameter);
  printer.line(
    `function ${rulesNameOf(plan)}(${view}: DataView, ${base}: number, ${end}: number): Refusal | null {`,
  );
  printer.indented(() => {
    printer.lines(text);
    printer.line('return null;');
  });
  printer.line('}');
}

function checkLines(check: Check, writer: ScriptWriter): readonly string[] {
  if ((check.kind === 'test' || check.kind === 'variant') && check.errno === null) return [];
  if (check.kind === 'undecided' || (check.kind === 'memory' && check.part === 'contents')) return [];
  const when = check.condition === null ? '' : `${writer.truth(check.condition)} && `;
  const refuse = (fails: string): readonly string[] =>
    check.errno === null
      ? []
      : [`if (${when}${when === '' ? fails : `(${fails})`}) return ${refusal(check.errno, check.id)};`];
  switch (check.kind) {
    case 'test':
      return refuse(writer.fails(check.test));
    case 'variant': {
      const known = check.target.members.map(({ tags }) => writer.truth(matches(check.target, tags)));
      return refuse(known.length === 0 ? 'true' : `!(${known.join(' || ')})`);
    }
    case 'memory': {
      const { target, stride, count, errno } = check;
      if (target === null || errno === null || target.members.length === 0) return [];
      const lines = target.members.map(({ tags, min, plan }, i) => {
        const short = writer.truth(binary('<', stride, constant(BigInt(min))));
        const long = writer.truth(binary('>', stride, constant(BigInt(plan.size))));
        const meant = writer.truth(matches(target, tags));
        return [
          `  ${i === 0 ? '' : '} else '}if (${meant}) {`,
          `    if (${short} || ${long}) return ${refusal(errno, check.id)};`,
        ];
      });
      const given = writer.truth(binary('>', count, constant(0n)));
      return [`if (${when}${given}) {`, ...lines.flat(), '  }', '}'];
    }
    case 'array': {
      const { offset, stride, plan } = check;
      const count = isSmall(check.count) ? writer.number(check.count) : `Number(${writer.big(check.count)})`;
      const bound = `i < ${count} && i < ${limits.elements} && ${offset} + (i + 1) * ${stride} <= end`;
      return [
        `if (${when}true) {`,
        `  for (let i = 0; ${bound}; i++) {`,
        `    const refused = ${rulesNameOf(plan)}(view, base + ${offset} + i * ${stride}, ${stride});`,
        '    if (refused !== null) return refused;',
        '  }',
        '}',
      ];
    }
    case 'inline': {
      const { offset, target } = check;
      const members = target.members.filter(({ plan }) => hasRules(plan));
      if (members.length === 0) return [];
      const lines = members.map(({ tags, min, plan }, i) => [
        `  ${i === 0 ? '' : '} else '}if (${writer.truth(matches(target, tags))}) {`,
        `    if (length >= ${min}) refused = ${rulesNameOf(plan)}(new DataView(body.buffer), 0, body.length);`,
      ]);
      const largest = Math.max(...target.members.map(({ plan }) => plan.size));
      return [
        `if (${when}true) {`,
        `  const length = Math.max(0, end - ${offset});`,
        `  const body = new Uint8Array(Math.max(length, ${largest}));`,
        `  if (length > 0) body.set(new Uint8Array(view.buffer, view.byteOffset + base + ${offset}, length));`,
        '  let refused: Refusal | null = null;',
        ...lines.flat(),
        '  }',
        '  if (refused !== null) return refused;',
        '}',
      ];
    }
    default:
      return unreachable(check);
  }
}
