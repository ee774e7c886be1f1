// Steps that are several micro-operations at once: where they are taken, and that they give the bits of the separate
// ones. A value that is an output as well has to be computed by itself: that is how the separate ones are asked for.

import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../../src/backend/wasm.js';
import { fuse, stepsOf, type Step } from '../../../src/backend/wasm/fusion.js';
import * as layout from '../../../src/backend/wasm/layout.js';
import { newArray, type TypedArray } from '../../../src/contract/dtypes.js';
import {
  expression,
  registerCode,
  type Expression,
  type ExpressionWriter,
  type Scalar,
} from '../../../src/contract/expression.js';
import { microCode } from '../../../src/contract/micro-operations.js';
import { firstDifference } from '../../support/bits.js';
import { denseEvaluation, operand, programOf, seeded } from '../../support/building.js';

/** All values of an expression, the last of which is its result. */
type Values = (e: ExpressionWriter, a: Scalar, b: Scalar, c: Scalar, d: Scalar) => Scalar[];

const cases: readonly (readonly [name: string, code: number, values: Values])[] = [
  ['max(a, 0)', layout.fusedRelu, (e, a) => [e.max(a, 0)]],
  ['max(0, a)', layout.fusedRelu, (e, a) => [e.max(0, a)]],
  ['max(a + b, 0)', layout.fusedSumRelu, (e, a, b) => chain(e.add(a, b), (x) => e.max(x, 0))],
  ['sqrt(a + b)', layout.fusedRootOfSum, (e, a, b) => chain(e.add(a, b), (x) => e.sqrt(x))],
  ['sqrt(a * b)', layout.fusedRootOfProduct, (e, a, b) => chain(e.mul(a, b), (x) => e.sqrt(x))],
  [
    'sqrt(a * b) + c',
    layout.fusedRootPlus,
    (e, a, b, c) =>
      chain(
        e.mul(a, b),
        (x) => e.sqrt(x),
        (x) => e.add(x, c),
      ),
  ],
  ['a * (b * c)', layout.fusedProduct3, (e, a, b, c) => chain(e.mul(b, c), (x) => e.mul(a, x))],
  ['(b * c) * a', layout.fusedProduct3, (e, a, b, c) => chain(e.mul(b, c), (x) => e.mul(x, a))],
  ['fma(a, b, c * d)', layout.fusedFmaProduct, (e, a, b, c, d) => chain(e.mul(c, d), (x) => e.fma(a, b, x))],
  [
    'fma(a, b, c * (d * d))',
    layout.fusedFmaSquare,
    (e, a, b, c, d) =>
      chain(
        e.mul(d, d),
        (x) => e.mul(c, x),
        (x) => e.fma(a, b, x),
      ),
  ],
  ['a - b * c', layout.fusedLessProduct, (e, a, b, c) => chain(e.mul(b, c), (x) => e.sub(a, x))],
  ['a - b / c', layout.fusedLessQuotient, (e, a, b, c) => chain(e.div(b, c), (x) => e.sub(a, x))],
  ['a * b / c', layout.fusedProductQuotient, (e, a, b, c) => chain(e.mul(a, b), (x) => e.div(x, c))],
  [
    'a - b * c / d',
    layout.fusedLessProductQuotient,
    (e, a, b, c, d) =>
      chain(
        e.mul(b, c),
        (x) => e.div(x, d),
        (x) => e.sub(a, x),
      ),
  ],
  [
    'a - b * c / sqrt(a + d)',
    layout.fusedLessProductOverRoot,
    (e, a, b, c, d) => {
      const [product, root] = [e.mul(b, c), chain(e.add(a, d), (x) => e.sqrt(x))];
      return [...root, product, ...chain(e.div(product, root[1]), (x) => e.sub(a, x))];
    },
  ],
  ['(a - b) * c', layout.fusedDifferenceProduct, (e, a, b, c) => chain(e.sub(a, b), (x) => e.mul(x, c))],
  ['(1 - a) * a', layout.fusedDifferenceProduct, (e, a) => chain(e.sub(1, a), (x) => e.mul(a, x))],
];

function chain(first: Scalar, ...next: ((x: Scalar) => Scalar)[]): Scalar[] {
  const values = [first];
  for (const operation of next) values.push(operation(values[values.length - 1]));
  return values;
}

const joined = (values: Values): Expression =>
  expression(4, (e, a, b, c, d) => values(e, a, b, c, d).slice(-1));
const separate = (values: Values): Expression => expression(4, (e, a, b, c, d) => values(e, a, b, c, d));

/** Codes of the steps of an expression that compute something. */
function operationsOf(e: Expression): number[] {
  const { steps, stepCount, constants } = registerCode(e)!;
  return fuse(stepsOf(steps, 0, stepCount), (place) => Object.is(constants[place], 0))
    .map(({ operation }) => operation)
    .filter((operation) => operation > microCode.constant);
}

/** Numbers of both signs, with those that rules are most easily wrong for in between. */
function numbers(dtype: 'float32', length: number, seed: number): TypedArray {
  const special = [0, -0, NaN, Infinity, -Infinity, 1e-42, -1e-42, 1];
  const next = seeded(seed);
  const array = newArray(dtype, length);
  for (let i = 0; i < length; i++) {
    const u = next();
    array[i] = u < 0.3 ? special[Math.floor(next() * special.length)] : (next() - 0.4) * 10;
  }
  return array;
}

const backends = (['simd', 'relaxed-simd'] as const).map((isa) => createWasmBackend({ isa, threads: 1 }));

describe.each(cases)('%s', (_, code, values) => {
  it('is one step', () => {
    expect(operationsOf(joined(values))).toEqual([code]);
  });

  it('has the bits of the separate operations', () => {
    const dtype = 'float32';
    for (const backend of backends) {
      for (const length of [1, 7, 16, 67, 2500]) {
        // One of the inputs after the other is a single element, and in the end none is.
        for (let single = 0; single <= 4; single++) {
          const result = (e: Expression): TypedArray => {
            const inputs = [0, 1, 2, 3].map((i) =>
              numbers(dtype, i === single ? 1 : length, 31 * i + length),
            );
            const outputs = e.outputs.map(() => newArray(dtype, length));
            const words = programOf(
              [...inputs, ...outputs].map((array) => ({ dtype, array })),
              [
                {
                  kernel: 'map',
                  dtype,
                  dims: [length],
                  expression: e,
                  inputs: inputs.map((_, i) => operand(i, [length], [i === single ? 0 : 1])),
                  outputs: outputs.map((_, i) => operand(4 + i, [length])),
                },
              ],
            );
            backend.execute(words, [...inputs, ...outputs], '', '');
            return outputs[outputs.length - 1];
          };
          const [actual, expected] = [result(joined(values)), result(separate(values))];
          const at = firstDifference(actual, expected);
          expect(at < 0 ? 'same' : `${backend.isa} ${length}.${at}: ${actual[at]}, not ${expected[at]}`).toBe(
            'same',
          );
        }
      }
    }
  });
});

it('max with 0 keeps NaN, and makes 0 of -0', () => {
  const given = [-0, 0, NaN, -1, 2, Infinity, -Infinity];
  for (const backend of backends) {
    for (const inputs of [Float32Array.from(given), Float64Array.from(given)]) {
      const dtype = inputs instanceof Float32Array ? 'float32' : 'float64';
      const out = newArray(dtype, given.length);
      const evaluation = denseEvaluation(
        expression(1, (e, a) => [e.max(a, 0)]),
        [given.length],
      );
      const arrays = [
        { dtype, array: inputs },
        { dtype, array: out },
      ] as const;
      const words = programOf(arrays, [{ kernel: 'map', dtype, dims: [given.length], ...evaluation }]);
      backend.execute(words, [inputs, out], '', '');
      expect(Array.from(out)).toEqual([0, 0, NaN, 0, 2, Infinity, 0]);
    }
  }
});

describe('an operation stays by itself', () => {
  const { add, mul, sub, sqrt, max } = microCode;

  it('where something else reads its value', () => {
    const shared = expression(2, (e, a, b) => {
      const sum = e.add(a, b);
      return [e.mul(e.sqrt(sum), e.neg(sum))];
    });
    expect(operationsOf(shared)).toEqual([add, sqrt, microCode.neg, mul]);
    expect(operationsOf(separate((e, a, b, c) => chain(e.mul(b, c), (x) => e.sub(a, x))))).toEqual([
      mul,
      sub,
    ]);
    expect(operationsOf(expression(2, (e, a, b) => [squareOf(e, e.mul(a, b))]))).toEqual([mul, mul]);
  });

  it('where a product is not a square', () => {
    const product = expression(5, (e, a, b, c, d, f) => [e.fma(a, b, e.mul(c, e.mul(d, f)))]);
    expect(operationsOf(product)).toEqual([layout.fusedProduct3, microCode.fma]);
  });

  it('where there are too few registers to keep its inputs', () => {
    // 20 products of two inputs each, all of which are subtracted in the end.
    const steps: Step[] = [];
    for (let i = 0; i < 20; i++) {
      steps.push({ operation: microCode.load, target: 0, inputs: [2 * i] });
      steps.push({ operation: microCode.load, target: 1, inputs: [2 * i + 1] });
      steps.push({ operation: mul, target: 2 + i, inputs: [0, 1] });
    }
    for (let i = 1; i < 20; i++) steps.push({ operation: sub, target: 2, inputs: [2, 2 + i] });
    steps.push({ operation: microCode.store, target: -1, inputs: [2, 40] });
    expect(fuse(steps, () => false)).toEqual(steps);
    const fewer = steps.filter(
      ({ inputs, operation }, s) => s < 30 || (operation === sub ? inputs[1] < 12 : s > 60),
    );
    expect(
      fuse(fewer, () => false).filter(({ operation }) => operation === layout.fusedLessProduct).length,
    ).toBe(9);
  });

  it('where a maximum is not one with 0', () => {
    expect(operationsOf(expression(1, (e, a) => [e.max(a, -0)]))).toEqual([max]);
    expect(operationsOf(expression(1, (e, a) => [e.max(a, 1)]))).toEqual([max]);
  });
});

const squareOf = (e: ExpressionWriter, x: Scalar): Scalar => e.mul(x, x);
