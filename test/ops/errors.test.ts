// One test for each error of the ops: what was expected, what came.

import { describe, expect, test } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import { ArgumentError, RunError } from '../../src/contract/errors.js';
import * as ops from '../../src/ops/index.js';
import { scalar, tensor, zeros } from '../../src/tensor/create.js';
import { withScope } from '../../src/tensor/op.js';

// HEBB_BACKEND=native runs the same tests there.
setBackend(process.env.HEBB_BACKEND ?? 'js');

const matrix = zeros([2, 3]);
const vector = zeros([3]);
const ints = tensor([0, 1], [2], 'int32');

const argumentErrors: readonly (readonly [string, () => unknown, string[]])[] = [
  [
    'shapes that do not broadcast',
    () => ops.add(matrix, zeros([2])),
    ['add: ', '[2, 3] and [2]', 'got 3 and 2'],
  ],
  ['addN of nothing', () => ops.addN([]), ['addN: expected a list of at least one tensor']],
  [
    'addN of shapes',
    () => ops.addN([matrix, vector]),
    ['addN: expected tensors of one shape', '[2, 3] and [3]'],
  ],
  ['a string', () => ops.add(vector, 'a' as never), ['add: expected a tensor, a number', 'the string "a"']],
  ['nothing', () => ops.relu(undefined as never), ['relu: expected a tensor', 'undefined']],
  [
    'a condition of floats',
    () => ops.where(vector, 1, 2),
    ['where: expected a condition of dtype bool, got float32'],
  ],
  ['bounds the wrong way', () => ops.clipByValue(vector, 2, 1), ['clipByValue:', 'got 2 and 1']],
  ['an axis that is not there', () => ops.sum(matrix, 2), ['sum: axis 2', 'from -2 to 1', 'rank 2']],
  [
    'argMax of nothing',
    () => ops.argMax(zeros([2, 0]), 1),
    ['argMax: axis 1 of shape [2, 0] has no elements'],
  ],
  ['an unknown norm', () => ops.norm(matrix, 3), ['norm: expected ord', 'got 3']],
  [
    'a norm of three axes',
    () => ops.norm(zeros([1, 1, 1]), 1, [0, 1, 2]),
    ['norm: expected one axis, two', '[0, 1, 2]'],
  ],
  [
    'matMul of a vector',
    () => ops.matMul(matrix, vector),
    ['matMul: expected two matrices', '[2, 3] and [3]', 'dot()'],
  ],
  [
    'inner dimensions',
    () => ops.matMul(matrix, matrix),
    ['matMul: the inner dimensions differ: 3 of [2, 3] and 2'],
  ],
  [
    'inner dimensions, transposed',
    () => ops.matMul(matrix, zeros([3, 4]), true),
    ['2 of [2, 3] transposed and 3 of [3, 4]'],
  ],
  [
    'batches',
    () => ops.matMul(zeros([2, 2, 3]), zeros([3, 3, 2])),
    ['matMul: shapes [2] and [3] do not broadcast'],
  ],
  [
    'dot of a scalar',
    () => ops.dot(scalar(1), vector),
    ['dot: expected vectors or matrices', 'shapes [] and [3]'],
  ],
  [
    'dot of lengths',
    () => ops.dot(vector, [1, 2]),
    ['dot: the inner dimensions differ: 3 of [3] and 2 of [2]'],
  ],
  [
    'outerProduct of matrices',
    () => ops.outerProduct(matrix, vector),
    ['outerProduct: expected two vectors', '[2, 3]'],
  ],
  ['reshape', () => ops.reshape(matrix, [4]), ['reshape: ', '[2, 3] has 6 elements', 'shape [4]']],
  ['reshape of two unknowns', () => ops.reshape(matrix, [-1, -1]), ['reshape: ', '[-1, -1]']],
  ['reshape with an odd rest', () => ops.reshape(matrix, [4, -1]), ['reshape: ', '[4, -1]']],
  ['expandDims', () => ops.expandDims(matrix, 4), ['expandDims: axis 4', 'from -3 to 2']],
  ['squeeze', () => ops.squeeze(matrix, [1]), ['squeeze: expected size 1 at axis 1, got shape [2, 3]']],
  [
    'ensureShape',
    () => ops.ensureShape(matrix, [null, 4]),
    ['ensureShape: expected shape [*, 4], got [2, 3]'],
  ],
  ['cast', () => ops.cast(matrix, 'int8' as never), ['cast: expected a dtype', 'the string "int8"']],
  [
    'broadcastTo',
    () => ops.broadcastTo(matrix, [2, 4]),
    ['broadcastTo: shape [2, 3] does not broadcast to [2, 4]'],
  ],
  ['broadcastTo fewer dimensions', () => ops.broadcastTo(matrix, [3]), ['broadcastTo: shape [2, 3]', '[3]']],
  [
    'transpose',
    () => ops.transpose(matrix, [0, 0]),
    ['transpose: expected a permutation of the 2 axes', '[0, 0]'],
  ],
  ['tile', () => ops.tile(matrix, [2]), ['tile: expected 2 repetitions', 'got [2]']],
  [
    'tile by a fraction',
    () => ops.tile(matrix, [1.5, 1]),
    ['tile: expected dimensions that are whole', '[1.5, 1]'],
  ],
  [
    'meshgrid',
    () => ops.meshgrid(vector, vector, { indexing: 'x' as never }),
    ["meshgrid: expected indexing 'xy' or 'ij'"],
  ],
  ['slice of a scalar', () => ops.slice(scalar(1), 0), ['slice: expected a tensor of rank 1 or more']],
  [
    'slice beyond the end',
    () => ops.slice(matrix, [1, 2], [1, 2]),
    ['slice: begin 2 and size 2 at dimension 1', '[2, 3]'],
  ],
  [
    'slice from before the start',
    () => ops.slice(matrix, [-1]),
    ['slice: begin -1', 'reach outside shape [2, 3]'],
  ],
  ['slice of too many', () => ops.slice(vector, [0, 0]), ['slice: expected at most 1 entries', 'got 2']],
  [
    'a stride of 0',
    () => ops.stridedSlice(vector, [0], [3], [0]),
    ['stridedSlice: expected strides other than 0'],
  ],
  [
    'too many entries',
    () => ops.stridedSlice(vector, [0, 0], [1, 1]),
    ['stridedSlice: 2 entries', '[3]', 'at most 1'],
  ],
  [
    'an element outside',
    () => ops.stridedSlice(vector, [3], [4], [1], 0, 0, 0, 0, 1),
    ['stridedSlice: element 3 of dimension 0 lies outside shape [3]'],
  ],
  ['paddings', () => ops.pad(matrix, [[1, 1]]), ['pad: expected a pair', '2 dimensions', '[[1,1]]']],
  [
    'negative paddings',
    () => ops.pad(vector, [[-1, 1]]),
    ['pad: expected a pair of whole numbers', '[[-1,1]]'],
  ],
  [
    'mirrorPad too far',
    () => ops.mirrorPad(vector, [[3, 0]], 'reflect'),
    ['mirrorPad: ', 'at most 2', '[3, 0]'],
  ],
  [
    'mirrorPad mode',
    () => ops.mirrorPad(vector, [[1, 0]], 'wrap' as never),
    ["mirrorPad: expected mode 'reflect'", 'wrap'],
  ],
  ['concat of nothing', () => ops.concat([]), ['concat: expected a list of at least one tensor']],
  ['concat of scalars', () => ops.concat([1, 2]), ['concat: ', 'got a scalar', 'stack()']],
  [
    'concat of shapes',
    () => ops.concat([matrix, zeros([2, 2])]),
    ['concat: ', 'differ at axis 0 only', '[2, 3], [2, 2]'],
  ],
  [
    'stack of shapes',
    () => ops.stack([matrix, vector]),
    ['stack: expected tensors of one shape', '[2, 3] and [3]'],
  ],
  [
    'split into uneven parts',
    () => ops.split(matrix, 2, 1),
    ['split: 2 equal parts', 'the 3 of axis 1', '[2, 3]'],
  ],
  ['split into other sizes', () => ops.split(vector, [1, 1]), ['split: [1, 1]', 'the 3 of axis 0']],
  [
    'float indices',
    () => ops.gather(matrix, tensor([0])),
    ['gather: expected integer indices, got float32', 'cast'],
  ],
  [
    'batchDims beyond the axis',
    () => ops.gather(matrix, ints, 0, 1),
    ['gather: expected batchDims to be a whole number up to the axis (0)', 'got 1'],
  ],
  [
    'batches that differ',
    () => ops.gather(matrix, tensor([0, 0, 0], [3, 1], 'int32'), 1, 1),
    ['gather: expected x and the indices to agree in their first 1 dimensions', 'and [3, 1]'],
  ],
  [
    'gatherND',
    () => ops.gatherND(vector, [[0, 0]]),
    ['gatherND: expected indices of shape [..., n] with n of at most 1'],
  ],
  [
    'scatterND',
    () => ops.scatterND([[0]], [1, 2], [3]),
    ['scatterND: expected updates of shape [1], got [2]'],
  ],
  [
    'segments',
    () => ops.unsortedSegmentSum(matrix, [0, 1, 2], 3),
    ['unsortedSegmentSum: ', '[2, 3]', 'shape [3]'],
  ],
  ['depth', () => ops.oneHot(ints, 0), ['oneHot: expected a depth', 'got 0']],
  [
    'labels',
    () => ops.softmaxCrossEntropy(matrix, vector),
    ['softmaxCrossEntropy: ', '[2, 3] (distributions)', '[2] (class', 'got [3]'],
  ],
  ['softmax axis', () => ops.softmax(matrix, 2), ['softmax: axis 2 is out of range']],
  ['random shape', () => ops.randomNormal([-1]), ['randomNormal: expected dimensions', '[-1]']],
  [
    'random bounds',
    () => ops.randomUniform([1], 0, NaN),
    ['randomUniform: expected finite parameters', 'NaN'],
  ],
  ['random dtype', () => ops.randomNormal([1], 0, 1, 'bool'), ['randomNormal: expected float32', 'got bool']],
  ['seed', () => ops.randomUniform([1], 0, 1, 'float32', -1), ['expected a seed', 'got -1']],
  ['probability', () => ops.bernoulli([1], 2), ['bernoulli: expected a probability from 0 to 1, got 2']],
  ['rate', () => ops.dropout(vector, 1), ['dropout: expected a rate from 0 to below 1, got 1']],
  ['noise shape', () => ops.dropout(vector, 0.5, [2]), ['dropout: expected a noise shape', '[3]', 'got [2]']],
  ['shuffle of a scalar', () => ops.shuffle(scalar(1)), ['shuffle: expected a tensor of rank 1 or more']],
  ['in a layer', () => withScope('dense_1', () => ops.add(matrix, zeros([2]))), ['dense_1: add: shapes']],
];

describe('wrong arguments', () => {
  test.each(argumentErrors)('%s', (_, f, parts) => {
    expect(f).toThrow(ArgumentError);
    for (const part of parts) expect(f).toThrow(part);
  });
});

describe('what is only seen while it runs', () => {
  test.each([
    ['gather', () => ops.gather(matrix, [2]), 'gather: index 2 is outside 0 .. 1'],
    ['gather below 0', () => ops.gather(matrix, [-1]), 'index -1 is outside 0 .. 1'],
    // Not the neighbour's elements: the places are those of all rows together.
    ['gather of a batch', () => ops.gather(matrix, [[0], [-1]], 1, 1), 'index -1 is outside'],
    ['gather of a batch, beyond', () => ops.gather(matrix, [[9], [0]], 1, 1), 'gather: index'],
    ['scatterND', () => ops.scatterND([[3]], [1], [3]), 'scatterAdd: index 3 is outside 0 .. 2'],
    [
      'a label',
      () => ops.softmaxCrossEntropy(matrix, [0, 3]),
      'softmaxCrossEntropy: label 3 is outside 0 .. 2',
    ],
  ])('%s', (_, f, message) => {
    expect(f).toThrow(RunError);
    expect(f).toThrow(message);
  });
});
