// Tensors as text.

import { expect, test, vi } from 'vitest';
import { print } from '../../src/ops/index.js';
import { eye, fill, range, scalar, tensor } from '../../src/tensor/create.js';

const lines = (...text: string[]): string => text.join('\n');

test.each([
  ['a scalar', scalar(2.5), lines('Tensor', '    2.5')],
  ['a bool', scalar(true), lines('Tensor', '    true')],
  ['a vector', tensor([1, 0.1, NaN, -Infinity]), lines('Tensor', '    [1, 0.1, NaN, -Infinity]')],
  ['bools', tensor([true, false]), lines('Tensor', '    [true, false]')],
  [
    'a matrix with columns',
    tensor([
      [1, 20],
      [3.25, 4],
    ]),
    lines('Tensor', '    [[1   , 20],', '     [3.25, 4 ]]'),
  ],
  [
    'two matrices',
    tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]),
    lines('Tensor', '    [[[1, 2],', '      [3, 4]],', '', '     [[5, 6],', '      [7, 8]]]'),
  ],
  ['one element, deeply', fill([1, 1, 1], 7), lines('Tensor', '    [[[7]]]')],
  ['a long vector', range(0, 21), lines('Tensor', '    [0, 1, 2, ..., 18, 19, 20]')],
  [
    'twenty are shown',
    range(0, 20),
    lines('Tensor', `    [${Array.from({ length: 20 }, (_, i) => i).join(', ')}]`),
  ],
  [
    'small numbers',
    tensor([0.5, 1e-4, 1e-5, -2.5e-9, 1e-30]),
    lines('Tensor', '    [0.5, 0.0001, 0.00001, -2.5e-9, 1e-30]'),
  ],
  ['nothing', fill([0, 3], 1), lines('Tensor', '    [] (shape [0, 3])')],
])('%s', (_, t, text) => {
  expect(t.toString()).toBe(text);
});

test('a large matrix shows its corners', () => {
  const text = eye(30).toString().split('\n');
  expect(text).toHaveLength(8);
  expect(text[1]).toBe('    [[1, 0, 0, ..., 0, 0, 0],');
  expect(text[4]).toBe('     ...,');
  expect(text[7]).toBe('     [0, 0, 0, ..., 0, 0, 1]]');
});

test('verbose', () => {
  expect(tensor([[1, 2]], undefined, 'int32').toString(true)).toBe(
    lines('Tensor', '  dtype: int32', '  rank: 2', '  shape: [1,2]', '  values:', '    [[1, 2]]'),
  );
});

test('print writes to the console', () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  print(scalar(1));
  scalar(2).print(true);
  expect(log.mock.calls.map((c) => String(c[0]).split('\n')[0])).toEqual(['Tensor', 'Tensor']);
  expect(String(log.mock.calls[1][0])).toContain('dtype: float32');
  log.mockRestore();
});

test('a disposed tensor is not printed', () => {
  const t = scalar(1);
  t.dispose();
  expect(() => t.toString()).toThrow('toString: the tensor of shape []');
});
