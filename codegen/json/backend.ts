import type { Backend } from '../backend.ts';
import { interfacesToEmit } from '../scope.ts';
import { interfaceJson } from './interface.ts';

/** The resolved model and its layouts as JSON, for tools in other languages. */
export const jsonBackend: Backend = {
  name: 'json',
  summary: 'the resolved model with the layouts of each abi, for other tools',
  emit: (model, options = {}) =>
    interfacesToEmit(model, options).map((owner) => ({
      path: `${owner.name}.json`,
      text: `${JSON.stringify(interfaceJson(model, owner), null, 2)}\n`,
    })),
};
