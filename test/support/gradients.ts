// Gradients for the tests of single ops: the plainest reverse pass over a tape, and central differences.

import { Tape, withTape } from '../../src/tensor/op.js';
import { add, mul, sum } from '../../src/ops/index.js';
import { zerosLike } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { spreadNd, toTensor, type Nd } from './nd.js';

/** The gradients of the scalar that `f` makes of tensors, by each of them. */
export function gradients(f: (...x: Tensor[]) => Tensor, x: readonly Tensor[]): Tensor[] {
  const tape = new Tape();
  x.forEach((t) => tape.watch(t));
  const y = withTape(tape, () => f(...x));
  const arrived = new Map<number, Tensor>([[y.id, mul(zerosLike(y), 0).add(1)]]);
  for (const record of [...tape.records].reverse()) {
    const dy = record.outputs.map((t) => arrived.get(t.id) ?? null);
    if (dy.every((t) => t === null)) continue;
    const needs = record.inputs.map((t) => tape.follows(t));
    record.backward(dy, needs).forEach((dx, i) => {
      if (!dx || !needs[i]) return;
      const { id, shape, dtype } = record.inputs[i];
      if (String(dx.shape) !== String(shape) || dx.dtype !== dtype) {
        throw new Error(
          `${record.op}: gradient ${dx.dtype} [${dx.shape.join()}] of ${dtype} [${shape.join()}]`,
        );
      }
      const before = arrived.get(id);
      arrived.set(id, before ? add(before, dx) : dx);
    });
  }
  return x.map((t) => arrived.get(t.id) ?? zerosLike(t));
}

/** A scalar that weighs all elements of what `f` gives differently. */
function weighted(f: (...x: Tensor[]) => Tensor | Tensor[], salt: number): (...x: Tensor[]) => Tensor {
  return (...x) => {
    const result = f(...x);
    return (Array.isArray(result) ? result : [result])
      .map((y, i) => sum(mul(y, toTensor(spreadNd(y.shape, 0.5, 1.5, salt + i)))))
      .reduce((a, b) => add(a, b));
  };
}

const step = 1e-5;

/** The largest difference between the gradients of `f` and its central differences, relative where they are large. */
function gradientError(f: (...x: Tensor[]) => Tensor, inputs: readonly Nd[]): number {
  const exact = gradients(
    f,
    inputs.map((x) => toTensor(x)),
  );
  let worst = 0;
  const value = (changed: number, place: number, by: number): number => {
    const x = inputs.map((input, k) => {
      if (k !== changed) return toTensor(input);
      return toTensor({ shape: input.shape, data: input.data.map((v, i) => (i === place ? v + by : v)) });
    });
    return f(...x).dataSync()[0];
  };
  inputs.forEach((input, k) => {
    const dx = exact[k].dataSync();
    input.data.forEach((_, i) => {
      const numeric = (value(k, i, step) - value(k, i, -step)) / (2 * step);
      const error = Math.abs(dx[i] - numeric) / Math.max(1, Math.abs(numeric));
      worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
    });
  });
  return worst;
}

/** Errors of the first and second derivatives of `f` in float64 at `inputs`. */
export function derivativeErrors(
  f: (...x: Tensor[]) => Tensor | Tensor[],
  inputs: readonly Nd[],
): { first: number; second: number } {
  const first = weighted(f, 1);
  const second = weighted((...x) => gradients(first, x), 5);
  return { first: gradientError(first, inputs), second: gradientError(second, inputs) };
}
