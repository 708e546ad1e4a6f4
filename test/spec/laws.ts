import { expect } from 'vitest';
import { locate } from '../../src/base/span.ts';
import { abis } from '../../src/layout/abi.ts';
import { layOut } from '../../src/layout/layout.ts';
import type { Model } from '../../src/model/model.ts';
import { parseRelease } from '../../src/model/release.ts';
import { atRelease } from '../../src/model/select.ts';
import { formatDiagnostic } from '../../src/spec/diagnostic.ts';
import { limits } from '../../src/spec/limits.ts';
import type { SchemaResult } from '../../src/spec/schema-file.ts';

/** What holds for the result of reading any text whatever as a schema. */
export function holdsForAnyText(result: SchemaResult): void {
  const failed = result.diagnostics.some(({ severity }) => severity === 'error');
  expect(result.model === null, 'a model or an error').toBe(failed);
  expect(result.diagnostics.length).toBeLessThanOrEqual(limits.diagnostics);
  for (const diagnostic of result.diagnostics) {
    const { code, message, span } = diagnostic;
    const text = result.sources.get(span.file);
    if (!/NaN|undefined|object/.test(text ?? ''))
      expect(message, code).not.toMatch(/\bNaN\b|\bundefined\b|\[object/);
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(message, code).toMatch(/[.!?]$/);
    expect(message.length).toBeLessThanOrEqual(limits.message);
    expect(Number.isSafeInteger(span.start) && span.start >= 0 && span.start <= span.end, message).toBe(true);
    if (text === undefined) continue;
    expect(span.end, message).toBeLessThanOrEqual(text.length);
    const { line, column } = locate(text, span.start);
    expect(formatDiagnostic(diagnostic, result.sources).startsWith(`${span.file}:${line}:${column}: `)).toBe(
      true,
    );
  }
  if (result.model !== null) holdsForAnyModel(result.model);
}

const releases = ['5.0', '6.2', '6.12', '6.12.117', '6.17'].flatMap((text) => parseRelease(text) ?? []);

/** What holds for every model that the resolver gives. */
export function holdsForAnyModel(model: Model): void {
  expect(structuredClone(model)).toEqual(model);
  namesLeadSomewhere(model);
  for (const name of model.structs.keys()) for (const abi of [abis.lp64, abis.i386]) layOut(model, name, abi);
  for (const release of releases) {
    const selected = atRelease(model, release);
    namesLeadSomewhere(selected);
    for (const name of selected.structs.keys()) layOut(selected, name, abis.lp64);
  }
}

/** Every name by which declarations refer to each other is in the maps of the model. */
function namesLeadSomewhere(model: Model): void {
  const { structs, flags, enums, chains, variants, ioctls, handles, fds } = model;
  const has = (map: ReadonlyMap<string, unknown>, name: string | undefined): void => {
    if (name !== undefined) expect([...map.keys()]).toContain(name);
  };
  for (const struct of structs.values()) {
    has(chains, struct.chain);
    for (const { set } of struct.memberOf) has(variants, set);
    for (const field of struct.fields) {
      if (field.type.kind === 'named') has(structs, field.type.name);
      has(flags, field.flags?.name);
      has(enums, field.enumeration?.name);
      has(variants, field.variant?.set);
      has(chains, field.chainHead);
      for (const { name } of field.handle?.kinds ?? []) has(handles, name);
      if (field.fileDescriptor?.name !== 'any') has(fds, field.fileDescriptor?.name);
    }
  }
  for (const chain of chains.values()) {
    has(structs, chain.header);
    has(variants, chain.elements);
    has(chains, chain.requires?.chain);
  }
  for (const ioctl of ioctls.values()) {
    if (ioctl.argument.kind === 'struct') has(structs, ioctl.argument.name);
    for (const fd of ioctl.fds) has(fds, fd);
  }
}
