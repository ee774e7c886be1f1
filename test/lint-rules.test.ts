// The project's own lint rules catch what they are for.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Linter } from 'eslint';
import { expect, test } from 'vitest';
import hebb from '../scripts/support/eslint-rules.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Messages about `code`, were it the file `path`. */
function lint(path: string, code: string): string[] {
  const rules = Object.fromEntries(Object.keys(hebb.rules).map((name) => [`hebb/${name}`, 'error'] as const));
  const filename = join(root, path);
  return new Linter({ cwd: root })
    .verify(code, [{ files: ['**/*'], plugins: { hebb }, rules }], { filename })
    .map(({ message }) => message);
}

test.each([
  ['src/tensor/tensor.js', "import { add } from '../ops/arithmetic.js';"],
  ['src/contract/encoding.js', "import { Tensor } from '../tensor/tensor.js';"],
  ['src/ops/matrix.js', "export * from '../transform/jit/trace.js';"],
  ['src/backend/js/map.js', "const later = () => import('../../index.js');"],
  ['src/platform/node.js', "import '../contract/dtypes.js';"],
  ['src/nn/model.js', "import '../../test/support/cases.js';"],
])('%s may not have: %s', (path, code) => {
  expect(lint(path, code)).toHaveLength(1);
});

test.each([
  ['src/tensor/tensor.js', "import { select } from '../backend/select.js';"],
  ['src/data/idx.js', "import { platform } from '#platform';"],
  ['src/io/files.js', "import { idx } from '../data/idx.js';"],
  ['src/index.js', "export * from './nn/model.js';"],
  ['src/cli/main.js', "import * as hebb from '../nn/model.js';"],
])('%s may have: %s', (path, code) => {
  expect(lint(path, code)).toEqual([]);
});

test('a directory that stands in no row is reported', () => {
  expect(lint('src/utils/misc.js', '')).toHaveLength(1);
});

test('modules of Node are reported, with and without their prefix', () => {
  expect(lint('src/data/idx.js', "import 'node:fs'; import 'fs/promises';")).toHaveLength(2);
});

test('top-level await is reported, await in functions is not', () => {
  expect(lint('src/index.js', 'await 1; for await (const x of []) x;')).toHaveLength(2);
  expect(lint('src/index.js', 'const f = async () => { await 1; for await (const x of []) x; };')).toEqual(
    [],
  );
});
