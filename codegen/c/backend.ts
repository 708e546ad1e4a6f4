import type { Backend } from '../backend.ts';
import { interfacesToEmit } from '../scope.ts';
import { printHeader } from './header.ts';

/** C headers in the kernel's uAPI style, good for every C from C90 and C++ from C++98 of gcc and clang. */
export const cBackend: Backend = {
  name: 'c',
  summary: 'C headers in uAPI style, with assertions of every size and offset',
  emit: (model, options = {}) =>
    interfacesToEmit(model, options).map((owner) => ({
      path: owner.header.path,
      text: printHeader(model, owner),
    })),
};
