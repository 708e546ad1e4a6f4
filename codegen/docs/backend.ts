import type { Backend } from '../backend.ts';
import { interfacesToEmit } from '../scope.ts';
import { interfacePage } from './page.ts';

/** Reference documentation: one Markdown page for each interface. */
export const docsBackend: Backend = {
  name: 'docs',
  summary: 'Markdown reference with tables and pictures of the layouts',
  emit: (model, options = {}) =>
    interfacesToEmit(model, options).map((owner) => ({
      path: `${owner.name}.md`,
      text: interfacePage(model, owner),
    })),
};
