// Every op gives the same bits when it is traced and compiled as when it runs at once, and so do its gradients.

import { describe, expect, test } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import * as ops from '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { grad, jit } from '../../src/transform/index.js';
import { spreadNd, toTensor } from '../support/nd.js';
import { binaryCases, unaryCases } from './tables/elementwise.js';
import { otherCases } from './tables/others.js';

// HEBB_BACKEND=native runs the same tests there.
setBackend(process.env.HEBB_BACKEND ?? 'js');

interface Call {
  readonly name: string;
  readonly run: (...x: Tensor[]) => Tensor | Tensor[];
  readonly inputs: readonly Tensor[];
  readonly differentiable: boolean;
}

const calls: readonly Call[] = [
  ...unaryCases.map((c) => ({
    name: c.op,
    run: c.f,
    inputs: [toTensor(spreadNd([2, 3], c.low, c.high, 4), 'float32')],
    differentiable: c.differentiable,
  })),
  ...binaryCases.map((c) => ({
    name: c.op,
    run: c.f,
    inputs: [toTensor(spreadNd([2, 3], ...c.a, 1), 'float32'), toTensor(spreadNd([3], ...c.b, 2), 'float32')],
    differentiable: c.differentiable,
  })),
  ...otherCases.map((c) => ({
    name: `${c.op} ${c.note}`,
    run: c.run,
    inputs: c.inputs.map((x) => toTensor(x, 'float32')),
    differentiable: c.differentiable !== false,
  })),
];

const listed = (result: Tensor | Tensor[]): Tensor[] => (Array.isArray(result) ? result : [result]);
const bits = (result: Tensor | Tensor[]): unknown =>
  listed(result).map((t) => [t.dtype, t.shape, [...t.dataSync()]]);

describe.each(calls)('$name', ({ run, inputs, differentiable }) => {
  test('traced', () => {
    expect(bits(jit(run)(...inputs))).toEqual(bits(run(...inputs)));
  });
  if (!differentiable || inputs.length === 0) return;
  test('gradient traced', () => {
    const f = grad((x: Tensor) => {
      return listed(run(x, ...inputs.slice(1)))
        .map((y) => ops.sum(ops.square(y)))
        .reduce((a, b) => ops.add(a, b));
    });
    expect(bits(jit(f)(inputs[0]))).toEqual(bits(f(inputs[0])));
  });
});
