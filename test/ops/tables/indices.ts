// Gathers and scatters, computed in plain numbers.

import * as ops from '../../../src/ops/index.js';
import { tensor } from '../../../src/tensor/create.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { at, build, nd, spreadNd, type Nd } from '../../support/nd.js';
import { type OpCase, shaped, total, countable, matrix, cube, shapeCase, part } from './op-case.js';

const chosen = [2, 0, 2, 1];
const ids = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor([...values], shape, 'int32');
/** Sums of rows of `x` at the places that `rows` names. */
const scattered = (x: Nd, rows: readonly number[], size: number): Nd =>
  build([size, ...x.shape.slice(1)], ([s, ...rest]) =>
    total(rows.map((row, i) => (row === s ? at(x, [i, ...rest]) : 0))),
  );

export const indexCases: readonly OpCase[] = [
  shapeCase(
    'gather',
    '',
    spreadNd([3, 2]),
    (t) => ops.gather(t, chosen),
    (x) => build([4, 2], ([i, j]) => at(x, [chosen[i], j])),
  ),
  shapeCase(
    'gather',
    'axis 1, indices of rank 2',
    cube,
    (t) => ops.gather(t, ids(chosen, [2, 2]), 1),
    (x) => build([2, 2, 2, 4], ([i, a, b, k]) => at(x, [i, chosen[a * 2 + b], k])),
  ),
  shapeCase(
    'gather',
    'one',
    cube,
    (t) => ops.gather(t, 3, -1),
    (x) => build([2, 3], ([i, j]) => at(x, [i, j, 3])),
  ),
  shapeCase(
    'gather',
    'none',
    matrix,
    (t) => ops.gather(t, ids([])),
    () => nd([0, 3], []),
  ),
  shapeCase(
    'gather',
    'batches with indices of their own',
    cube,
    (t) => ops.gather(t, ids([2, 0, 1, 1, 1, 2, 0, 0], [2, 2, 2]), 1, 1),
    (x) =>
      build([2, 2, 2, 4], ([b, j, k, i]) => at(x, [b, [2, 0, 1, 1, 1, 2, 0, 0][(b * 2 + j) * 2 + k], i])),
  ),
  shapeCase(
    'gather',
    'batches, a dimension before the axis',
    cube,
    (t) => ops.gather(t, ids([3, 0, 0, 1, 2, 2], [2, 3]), -1, -1),
    (x) => build([2, 3, 3], ([b, o, k]) => at(x, [b, o, [3, 0, 0, 1, 2, 2][b * 3 + k]])),
  ),
  shapeCase(
    'gather',
    'batches of two dimensions, an index each',
    cube,
    (t) => ops.gather(t, ids([3, 0, 0, 1, 2, 2], [2, 3]), 2, 2),
    (x) => build([2, 3], ([b, o]) => at(x, [b, o, [3, 0, 0, 1, 2, 2][b * 3 + o]])),
  ),
  shapeCase(
    'gatherND',
    'elements',
    matrix,
    (t) => ops.gatherND(t, ids([1, 2, 0, 0], [2, 2])),
    (x) => nd([2], [at(x, [1, 2]), at(x, [0, 0])]),
  ),
  shapeCase(
    'gatherND',
    'slices',
    cube,
    (t) => ops.gatherND(t, ids([1, 0], [1, 2])),
    (x) => shaped(part(x, [1, 0, 0], [1, 1, 4]), [1, 4]),
  ),
  {
    ...shapeCase(
      'scatterND',
      '',
      spreadNd([4, 2]),
      (t) => ops.scatterND(ids(chosen, [4, 1]), t, [4, 2]),
      (x) => scattered(x, chosen, 4),
    ),
    result: countable,
  },
  {
    ...shapeCase(
      'scatterND',
      'elements',
      spreadNd([2]),
      (t) => ops.scatterND(ids([0, 1, 1, 2], [2, 2]), t, [2, 3]),
      (x) => nd([2, 3], [0, x.data[0], 0, 0, 0, x.data[1]]),
    ),
    result: countable,
  },
  {
    ...shapeCase(
      'unsortedSegmentSum',
      '',
      spreadNd([4, 2]),
      (t) => ops.unsortedSegmentSum(t, chosen, 3),
      (x) => scattered(x, chosen, 3),
    ),
    result: countable,
  },
  {
    op: 'oneHot',
    note: '',
    inputs: [],
    run: () => ops.oneHot(ids([1, 3, -1]), 3),
    expected: () => nd([3, 3], [0, 1, 0, 0, 0, 0, 0, 0, 0]),
    dtypes: ['int32'],
    differentiable: false,
  },
  {
    op: 'oneHot',
    note: 'values and dtype',
    inputs: [],
    run: () => ops.oneHot(ids([1, 0], [1, 2]), 2, 0.5, -1, 'float32'),
    expected: () => nd([1, 2, 2], [-1, 0.5, 0.5, -1]),
    dtypes: ['float32'],
    differentiable: false,
  },
  shapeCase(
    'diag',
    '',
    spreadNd([3]),
    (t) => ops.diag(t),
    (x) => build([3, 3], ([i, j]) => (i === j ? x.data[i] : 0)),
  ),
  shapeCase(
    'diag',
    'matrix',
    matrix,
    (t) => ops.diag(t),
    (x) => build([2, 3, 2, 3], ([i, j, k, l]) => (i === k && j === l ? at(x, [i, j]) : 0)),
  ),
];
