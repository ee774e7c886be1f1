// Random tensors. They are drawn from a Generator, whose state the op advances, or, given a seed, from the first draw
// of that seed: then the same call gives the same numbers every time, in eager and jit alike.

import { isFloat, type ComputeDType, type DType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { sizeOf, type KernelCall } from '../contract/calls.js';
import { expression } from '../contract/expression.js';
import type { RandomKind } from '../contract/instructions.js';
import { convert, defaultDtype, type TensorLike } from '../tensor/convert.js';
import { checkDType } from '../tensor/create.js';
import { defaultGenerator, generatorKey, type Generator } from '../tensor/generator.js';
import { runOp, runOp1, type Op } from '../tensor/op.js';
import { checkShape, showShape, type Shape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import { castTo } from './cast.js';
import { less } from './comparison.js';
import { elementwise } from './elementwise.js';
import { gather } from './indexing.js';
import { clone } from './shape.js';

/** A whole number from 0 to 2^53 - 1, or a Generator to draw from; without one, the default generator is drawn from. */
export type Seed = number | Generator;

interface DrawParams {
  readonly kind: RandomKind;
  readonly shape: Shape;
  readonly dtype: ComputeDType;
  readonly low: number;
  readonly high: number;
}

function drawCall(params: DrawParams, state: number, out: number): KernelCall {
  const { kind, dtype, low, high } = params;
  return { kernel: 'random', kind, dtype, count: sizeOf(params.shape), low, high, state, out };
}

/** Draws from the state that is its input. */
const drawOp: Op<DrawParams> = {
  name: 'random',
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  lower: (_inputs, _outputs, params) => [drawCall(params, 0, 1)],
  gradient: null,
  updates: [0],
};

/** Draws from a state of its own, its second output, which starts at a key. */
const seededDrawOp: Op<DrawParams & { readonly key: Int32Array }> = {
  name: 'random',
  infer: (_, { shape, dtype }) => [
    { shape, dtype },
    { shape: [4], dtype: 'int32' },
  ],
  lower: (_inputs, _outputs, params) => [
    {
      kernel: 'map',
      dtype: 'int32',
      dims: [],
      expression: expression(0, (e) => Array.from(params.key, (word) => e.constant(word))),
      inputs: [],
      outputs: Array.from(params.key, (_, offset) => ({ operand: 1, offset, strides: [] })),
    },
    drawCall(params, 1, 0),
  ],
  gradient: null,
};

function draw(
  kind: RandomKind,
  shape: Shape,
  dtype: ComputeDType,
  low: number,
  high: number,
  seed: Seed | undefined,
): Tensor {
  const params = { kind, shape: [...shape], dtype, low, high };
  if (typeof seed === 'number') return runOp(seededDrawOp, [], { ...params, key: generatorKey(seed) })[0];
  return runOp1(drawOp, [(seed ?? defaultGenerator()).state], params);
}

function checkRandom(shape: Shape, dtype: DType, bounds: readonly number[], what: string): void {
  checkShape(shape, what);
  checkDType(dtype, what);
  if (!bounds.every(Number.isFinite)) {
    throw new ArgumentError(`${what}: expected finite parameters, got ${bounds.join(' and ')}.`);
  }
}

/**
 * Evenly distributed numbers from `minval` up to, but not including, `maxval`. Integers are as likely as each other;
 * bool is true or false with equal chance.
 */
export function randomUniform(
  shape: Shape,
  minval = 0,
  maxval = 1,
  dtype: DType = defaultDtype(),
  seed?: Seed,
): Tensor {
  checkRandom(shape, dtype, [minval, maxval], 'randomUniform');
  if (isFloat(dtype)) return draw('uniform', shape, dtype, minval, maxval, seed);
  const [low, high] = dtype === 'bool' ? [0, 2] : [minval, maxval];
  return castTo(draw('uniform', shape, 'int32', low, high, seed), dtype);
}

/** Evenly distributed integers (int32) from `minval` up to, but not including, `maxval`. */
export function randomUniformInt(shape: Shape, minval: number, maxval: number, seed?: Seed): Tensor {
  checkRandom(shape, 'int32', [minval, maxval], 'randomUniformInt');
  return draw('uniform', shape, 'int32', minval, maxval, seed);
}

function normal(
  kind: 'normal' | 'truncatedNormal',
  shape: Shape,
  mean: number,
  stdDev: number,
  dtype: DType,
  seed: Seed | undefined,
  what: string,
): Tensor {
  checkRandom(shape, dtype, [mean, stdDev], what);
  if (dtype === 'bool' || dtype === 'uint8') {
    throw new ArgumentError(`${what}: expected float32, float64 or int32, got ${dtype}.`);
  }
  return castTo(draw(kind, shape, isFloat(dtype) ? dtype : 'float32', mean, stdDev, seed), dtype);
}

/** Normally distributed numbers. */
export function randomNormal(
  shape: Shape,
  mean = 0,
  stdDev = 1,
  dtype: DType = defaultDtype(),
  seed?: Seed,
): Tensor {
  return normal('normal', shape, mean, stdDev, dtype, seed, 'randomNormal');
}

/** Normally distributed numbers of mean 0 and standard deviation 1. */
export function randomStandardNormal(shape: Shape, dtype: DType = defaultDtype(), seed?: Seed): Tensor {
  return normal('normal', shape, 0, 1, dtype, seed, 'randomStandardNormal');
}

/** Normally distributed numbers, none further than two standard deviations from the mean. */
export function truncatedNormal(
  shape: Shape,
  mean = 0,
  stdDev = 1,
  dtype: DType = defaultDtype(),
  seed?: Seed,
): Tensor {
  return normal('truncatedNormal', shape, mean, stdDev, dtype, seed, 'truncatedNormal');
}

function checkProbability(p: number, name: string, what: string): void {
  if (!(p >= 0 && p <= 1)) {
    throw new ArgumentError(`${what}: expected a ${name} from 0 to 1, got ${p}.`);
  }
}

/** True (1) with the probability given, else false (0). */
export function bernoulli(shape: Shape, probability = 0.5, dtype: DType = 'bool', seed?: Seed): Tensor {
  checkProbability(probability, 'probability', 'bernoulli');
  checkDType(dtype, 'bernoulli');
  return castTo(less(randomUniform(shape, 0, 1, 'float32', seed), probability), dtype);
}

// u is uniform in [0, 1): x / (1 - rate) where u >= rate, else 0.
const dropoutOp = elementwise(
  'dropout',
  'float',
  expression(4, (e, x, u, rate, scale) => e.select(e.greaterEqual(u, rate), e.mul(x, scale), 0)),
  [(dy, _y, _x, u, rate, scale) => runOp1(dropoutOp, [dy, u, rate, scale], undefined), null, null, null],
);

/**
 * x with each element set to 0 with the probability `rate`, and the others divided by 1 - rate, so that the mean stays
 * (Srivastava et al. 2014).
 * @param noiseShape dimensions of 1 are dropped as a whole; null: as in x; default: the shape of x
 * @throws ArgumentError unless 0 <= rate < 1
 */
export function dropout(
  x: TensorLike,
  rate: number,
  noiseShape?: readonly (number | null)[] | null,
  seed?: Seed,
): Tensor {
  const input = convert(x, 'dropout');
  if (!(rate >= 0 && rate < 1)) {
    throw new ArgumentError(`dropout: expected a rate from 0 to below 1, got ${rate}.`);
  }
  const shape = noiseShape ? noiseShape.map((d, i) => d ?? input.shape[i]) : input.shape;
  if (shape.length !== input.rank || shape.some((d, i) => d !== 1 && d !== input.shape[i])) {
    throw new ArgumentError(
      `dropout: expected a noise shape that broadcasts to ${showShape(input.shape)}, got ${showShape(noiseShape ?? [])}.`,
    );
  }
  if (rate === 0) return clone(isFloat(input.dtype) ? input : castTo(input, 'float32'));
  const dtype = isFloat(input.dtype) ? input.dtype : 'float32';
  const u = draw('uniform', shape, 'float32', 0, 1, seed);
  const number = (value: number): Tensor => convert(value, 'dropout', dtype);
  return runOp1(dropoutOp, [input, u, number(rate), number(1 / (1 - rate))], undefined);
}

/** The numbers 0 to n - 1 (int32) in random order. */
export function permutation(n: number, seed?: Seed): Tensor {
  checkShape([n], 'permutation');
  return draw('permutation', [n], 'int32', 0, 0, seed);
}

/** x with its slices along the first dimension in random order. */
export function shuffle(x: TensorLike, seed?: Seed): Tensor {
  const input = convert(x, 'shuffle');
  if (input.rank === 0) {
    throw new ArgumentError('shuffle: expected a tensor of rank 1 or more, got a scalar.');
  }
  return gather(input, permutation(input.shape[0], seed));
}
