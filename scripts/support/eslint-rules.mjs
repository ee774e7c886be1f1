// The project's own lint rules: the import rows of src/, no Node in what a browser runs, no top-level await.

import { builtinModules } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import { root } from './paths.mjs';

/** Directories of src/, lower rows first; a file imports from its own row and from lower ones, never from higher ones. */
const rows = [
  ['platform'],
  ['contract'],
  ['backend'],
  ['tensor'],
  ['ops'],
  ['transform'],
  ['io', 'data'],
  ['nn'],
  ['classic', 'viz', 'cli'],
  ['index'],
];

/** The directory of src/ (or 'index') a file belongs to; undefined outside src/. */
function directoryOf(path) {
  const parts = relative(resolve(root, 'src'), path).split(sep);
  if (parts[0] === '..') return undefined;
  return parts.length === 1 ? 'index' : parts[0];
}

const rowOf = (directory) => rows.findIndex((row) => row.includes(directory));

/** Calls `report(node, specifier)` for every import, export-from, dynamic import and import type. */
function forEachImport(report) {
  const visit = (node) => {
    const value =
      node.source?.value ?? node.argument?.literal?.value ?? node.moduleReference?.expression?.value;
    if (typeof value === 'string') report(node.source ?? node, value);
  };
  return {
    ImportDeclaration: visit,
    ExportNamedDeclaration: visit,
    ExportAllDeclaration: visit,
    ImportExpression: visit,
    TSImportType: visit,
    TSImportEqualsDeclaration: visit,
  };
}

/** @type {import('eslint').Rule.RuleModule} */
const importRows = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const from = directoryOf(context.filename);
    if (from === undefined) return {};
    const fromRow = rowOf(from);
    return {
      Program(node) {
        if (fromRow < 0)
          context.report({
            node,
            message: `src/${from} stands in no row of scripts/support/eslint-rules.mjs`,
          });
      },
      ...forEachImport((node, specifier) => {
        let to;
        if (specifier === '#platform') to = 'platform';
        else if (specifier.startsWith('.')) to = directoryOf(resolve(dirname(context.filename), specifier));
        else return;
        if (to === undefined) {
          context.report({ node, message: `src/ imports nothing from outside it: ${specifier}` });
        } else if (rowOf(to) > fromRow) {
          context.report({
            node,
            message: `${from} may not import from ${to}: imports go to the same or an earlier row (${rows.flat().join(', ')})`,
          });
        }
      }),
    };
  },
};

/** @type {import('eslint').Rule.RuleModule} */
const noNodeImports = {
  meta: { type: 'problem', schema: [] },
  create: (context) =>
    forEachImport((node, specifier) => {
      if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
        context.report({ node, message: `${specifier} is not there in a browser: go through #platform` });
      }
    }),
};

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** @type {import('eslint').Rule.RuleModule} */
const noTopLevelAwait = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const visit = (node) => {
      for (let at = node.parent; at; at = at.parent) {
        if (functions.has(at.type) || at.type === 'StaticBlock') return;
      }
      context.report({ node, message: "top-level await would make require('hebb') fail" });
    };
    return {
      AwaitExpression: visit,
      ForOfStatement: (node) => node.await && visit(node),
      VariableDeclaration: (node) => node.kind === 'await using' && visit(node),
    };
  },
};

export default {
  rules: {
    'import-rows': importRows,
    'no-node-imports': noNodeImports,
    'no-top-level-await': noTopLevelAwait,
  },
};
