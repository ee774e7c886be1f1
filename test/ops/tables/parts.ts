// Slices, paddings and joins, computed in plain numbers.

import * as ops from '../../../src/ops/index.js';
import { at, build, nd, spreadNd, type Nd } from '../../support/nd.js';
import { type OpCase, shaped, matrix, cube, shapeCase, empty, part } from './op-case.js';

const padded = (x: Nd, paddings: readonly (readonly [number, number])[], value: number): Nd =>
  build(
    x.shape.map((d, i) => d + paddings[i][0] + paddings[i][1]),
    (index) => {
      const source = index.map((i, d) => i - paddings[d][0]);
      return source.every((i, d) => i >= 0 && i < x.shape[d]) ? at(x, source) : value;
    },
  );

const strided = (
  note: string,
  args: readonly [number[], number[], number[]?, number?, number?, number?, number?, number?],
  expected: (x: Nd) => Nd,
): OpCase => shapeCase('stridedSlice', note, cube, (t) => ops.stridedSlice(t, ...args), expected);

const mirrored = (x: Nd, before: number, after: number, border: number): Nd => {
  const size = x.shape[1];
  return build([x.shape[0], before + size + after], ([i, j]) => {
    let k = j - before;
    if (k < 0) k = -k - 1 + border;
    if (k >= size) k = 2 * size - k - 1 - border;
    return at(x, [i, k]);
  });
};

const other = spreadNd([2, 2], -2, 2, 5);
const joined = (a: Nd, b: Nd): Nd => build([2, 5], ([i, j]) => (j < 3 ? at(a, [i, j]) : at(b, [i, j - 3])));

export const partCases: readonly OpCase[] = [
  shapeCase(
    'slice',
    '',
    cube,
    (t) => ops.slice(t, [1, 0, 2], [1, 2, 2]),
    (x) => part(x, [1, 0, 2], [1, 2, 2]),
  ),
  shapeCase(
    'slice',
    'rest',
    cube,
    (t) => ops.slice(t, [0, 1]),
    (x) => part(x, [0, 1, 0], [2, 2, 4]),
  ),
  shapeCase(
    'slice',
    'a number',
    cube,
    (t) => ops.slice(t, 1, 1),
    (x) => part(x, [1, 0, 0], [1, 3, 4]),
  ),
  shapeCase(
    'slice',
    '-1',
    matrix,
    (t) => ops.slice(t, [0, 1], [1, -1]),
    (x) => part(x, [0, 1], [1, 2]),
  ),
  shapeCase(
    'slice',
    'nothing',
    matrix,
    (t) => ops.slice(t, [2], [0]),
    () => nd([0, 3], []),
  ),
  strided(
    'steps',
    [
      [0, 0, 3],
      [2, 3, 0],
      [1, 2, -2],
    ],
    (x) => part(x, [0, 0, 3], [2, 2, 2], [1, 2, -2]),
  ),
  strided(
    'from the end, beyond it',
    [
      [-1, -2],
      [9, 9],
    ],
    (x) => part(x, [1, 1, 0], [1, 2, 4]),
  ),
  strided(
    'nothing',
    [
      [0, 2],
      [2, 1],
    ],
    () => nd([2, 0, 4], []),
  ),
  strided('begin and end masks', [[1, 1, 1], [1, 1, 1], [1, 1, -1], 0b101, 0b110], (x) =>
    nd([1, 2, 4], part(x, [0, 1, 3], [1, 2, 4], [1, 1, -1]).data),
  ),
  strided('ellipsis', [[0, 1], [0, 3], [1, 1], 0, 0, 0b1], (x) => part(x, [0, 0, 1], [2, 3, 2])),
  strided('new axis', [[0, 0], [0, 1], [1, 1], 0, 0, 0, 0b1], (x) =>
    shaped(part(x, [0, 0, 0], [1, 3, 4]), [1, 1, 3, 4]),
  ),
  strided('shrink', [[1, -1], [0, 0], [1, 1], 0, 0, 0, 0, 0b11], (x) =>
    shaped(part(x, [1, 2, 0], [1, 1, 4]), [4]),
  ),
  shapeCase(
    'reverse',
    '',
    matrix,
    (t) => ops.reverse(t),
    (x) => part(x, [1, 2], [2, 3], [-1, -1]),
  ),
  shapeCase(
    'reverse',
    'axis',
    cube,
    (t) => ops.reverse(t, [-1]),
    (x) => part(x, [0, 0, 3], [2, 3, 4], [1, 1, -1]),
  ),
  shapeCase(
    'reverse',
    'empty',
    empty,
    (t) => ops.reverse(t),
    (x) => x,
  ),
  shapeCase(
    'pad',
    '',
    matrix,
    (t) =>
      ops.pad(t, [
        [1, 0],
        [0, 2],
      ]),
    (x) =>
      padded(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        0,
      ),
  ),
  shapeCase(
    'pad',
    'value',
    matrix,
    (t) =>
      ops.pad(
        t,
        [
          [1, 1],
          [2, 0],
        ],
        1,
      ),
    (x) =>
      padded(
        x,
        [
          [1, 1],
          [2, 0],
        ],
        1,
      ),
  ),
  shapeCase(
    'pad',
    'empty',
    empty,
    (t) =>
      ops.pad(
        t,
        [
          [1, 1],
          [0, 0],
        ],
        1,
      ),
    () => nd([2, 3], [1, 1, 1, 1, 1, 1]),
  ),
  shapeCase(
    'mirrorPad',
    'reflect',
    matrix,
    (t) =>
      ops.mirrorPad(
        t,
        [
          [0, 0],
          [2, 1],
        ],
        'reflect',
      ),
    (x) => mirrored(x, 2, 1, 1),
  ),
  shapeCase(
    'mirrorPad',
    'symmetric',
    matrix,
    (t) =>
      ops.mirrorPad(
        t,
        [
          [0, 0],
          [3, 1],
        ],
        'symmetric',
      ),
    (x) => mirrored(x, 3, 1, 0),
  ),
  { op: 'concat', note: '', inputs: [matrix, other], run: (a, b) => ops.concat([a, b], 1), expected: joined },
  {
    op: 'concat',
    note: 'the method, with an empty one',
    inputs: [matrix, empty],
    run: (a, b) => a.concat([b, a], -2),
    expected: (a) => nd([4, 3], [...a.data, ...a.data]),
  },
  { op: 'concat', note: 'one', inputs: [matrix], run: (a) => ops.concat([a]), expected: (a) => a },
  {
    op: 'stack',
    note: 'axis 1',
    inputs: [matrix, spreadNd([2, 3], -2, 2, 6)],
    run: (a, b) => ops.stack([a, b], 1),
    expected: (a, b) => build([2, 2, 3], ([i, which, j]) => at(which ? b : a, [i, j])),
  },
  {
    op: 'stack',
    note: 'scalars, the method',
    inputs: [nd([], [1]), nd([], [0])],
    run: (a, b) => a.stack(b),
    expected: (a, b) => nd([2], [a.data[0], b.data[0]]),
  },
  shapeCase(
    'unstack',
    'axis 1',
    cube,
    (t) => ops.unstack(t, 1),
    (x) => [0, 1, 2].map((j) => shaped(part(x, [0, j, 0], [2, 1, 4]), [2, 4])),
  ),
  shapeCase(
    'split',
    'equal parts',
    cube,
    (t) => ops.split(t, 2, -1),
    (x) => [0, 2].map((k) => part(x, [0, 0, k], [2, 3, 2])),
  ),
  shapeCase(
    'split',
    'sizes',
    cube,
    (t) => ops.split(t, [1, -1, 0], 1),
    (x) => [part(x, [0, 0, 0], [2, 1, 4]), part(x, [0, 1, 0], [2, 2, 4]), nd([2, 0, 4], [])],
  ),
];
