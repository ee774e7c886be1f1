// Cases of map: every micro-operation, the conversions of loads and stores, layouts, and where operands come from.

import { sizeOf, type KernelCall } from '../../../src/contract/calls.js';
import {
  newArray,
  type ComputeDType,
  type FloatDType,
  type TypedArray,
} from '../../../src/contract/dtypes.js';
import { expression, identity, type ExpressionOperation } from '../../../src/contract/expression.js';
import { microOperations, type MicroOperation } from '../../../src/contract/micro-operations.js';
import { denseEvaluation, operand, seeded, type TestArray } from '../building.js';
import {
  type Case,
  sizes,
  computes,
  allDTypes,
  epsilon,
  specials,
  values,
  input,
  output,
  single,
  integers,
} from './shared.js';

/** One case a micro-operation and dtype: all pairs of special values, and random ones. */
export function* microCases(): Generator<Case> {
  for (const [name, definition] of Object.entries(microOperations)) {
    const micro: MicroOperation = definition;
    if (micro.arity === 0) continue;
    for (const dtype of computes) {
      if (dtype === 'int32' && micro.types === 'float') continue;
      const operands = microOperands(name, micro.arity, dtype);
      const length = operands[0].length;
      const e = expression(micro.arity, (writer, ...inputs) => {
        const method = writer[name as ExpressionOperation] as (...a: typeof inputs) => (typeof inputs)[0];
        return method.apply(writer, inputs);
      });
      const arrays = [...operands.map((a) => input(dtype, a)), output(dtype, length)];
      const extra = dtype === 'float64' ? 2 : 1;
      const ulp =
        micro.ulp === 0 ? 0 : ((dtype === 'float64' ? micro.ulp64 : undefined) ?? micro.ulp) + extra;
      // With two roundings instead of one, what is off is a part of the product, not of the result.
      const absolute = name === 'fma' ? 64 * epsilon[dtype as FloatDType] : 0;
      yield single(
        `map ${name} ${dtype}`,
        ['load', 'store', name].map((n) => `map ${n} ${dtype}`),
        arrays,
        { kernel: 'map', dtype, dims: [length], ...denseEvaluation(e, [length]) },
        { ulp, absolute },
      );
    }
  }
}

function microOperands(name: string, arity: number, dtype: ComputeDType): TypedArray[] {
  let special = specials(dtype);
  if (arity === 3) special = special.filter((_, i) => i % 3 === 0).slice(0, 9);
  // Without fused hardware the product of an fma may overflow where the fused result does not.
  if (name === 'fma') special = special.filter((x) => !Number.isFinite(x) || Math.abs(x) <= 8);
  const count = special.length ** arity;
  const random = seeded(name.length * 31 + arity);
  return Array.from({ length: arity }, (_, o) => {
    const array = newArray(dtype, count + 331);
    for (let i = 0; i < count; i++) array[i] = special[Math.floor(i / special.length ** o) % special.length];
    for (let i = count; i < array.length; i++) {
      const x = (random() - 0.5) * 2;
      // Small ones, ordinary ones and large ones.
      array[i] = dtype === 'int32' ? x * 50 : x * [1, 8, name === 'fma' ? 8 : 40][i % 3];
    }
    return array;
  });
}

/** Loads and stores of every dtype through every compute dtype. */
export function* conversionCases(): Generator<Case> {
  for (const dtype of computes) {
    for (const from of allDTypes) {
      for (const to of allDTypes) {
        const list = from === 'float32' || from === 'float64' ? specials(from) : integers;
        const array = newArray(from, list.length + 3);
        list.forEach((x, i) => (array[i] = from === 'bool' ? x & 1 : x));
        const dims = [array.length];
        yield single(`map ${from} to ${to} in ${dtype}`, [], [input(from, array), output(to, array.length)], {
          kernel: 'map',
          dtype,
          dims,
          ...denseEvaluation(identity, dims),
        });
      }
    }
  }
}

/** x * y + 3 and x - y: two outputs and a constant. */
const pair = expression(2, (e, x, y) => [e.add(e.mul(x, y), 3), e.sub(x, y)]);

/** Sizes, broadcasts, transposes, negative strides, many dimensions, in place. */
export function* mapCases(): Generator<Case> {
  for (const dtype of computes) {
    for (const n of sizes) {
      const arrays = [input(dtype, values(dtype, n, 1)), input(dtype, values(dtype, n, 2))];
      yield single(
        `map ${dtype} of ${n}`,
        [`map constant ${dtype}`],
        [...arrays, output(dtype, n), output(dtype, n)],
        {
          kernel: 'map',
          dtype,
          dims: [n],
          ...denseEvaluation(pair, [n]),
        },
      );
    }
    const layouts: [string, number[], number[], number, number[], number][] = [
      ['row broadcast', [33, 17], [17, 1], 0, [0, 1], 0],
      ['column broadcast', [33, 17], [17, 1], 0, [1, 0], 0],
      ['scalar', [5, 7, 3], [21, 3, 1], 0, [0, 0, 0], 0],
      ['transpose', [31, 67], [67, 1], 0, [1, 31], 0],
      ['reversed', [9, 127], [-127, -1], 9 * 127 - 1, [127, 1], 0],
      ['every third', [8, 40], [120, 3], 2, [40, 1], 1],
      ['middle broadcast', [4, 300, 5], [1500, 5, 1], 0, [5, 0, 1], 0],
      ['long rows', [3, 1025], [1025, 1], 0, [0, 1], 0],
      [
        'eight dimensions',
        [2, 3, 2, 3, 2, 3, 2, 2],
        [1, 2, 6, 12, 36, 72, 216, 432],
        0,
        [432, 0, 72, 0, 12, 0, 2, 0],
        0,
      ],
      ['no dimensions', [], [], 3, [], 0],
      ['an empty one', [4, 0, 3], [0, 3, 1], 0, [0, 3, 1], 0],
    ];
    for (const [name, dims, first, firstOffset, second, secondOffset] of layouts) {
      const reach = (strides: number[], offset: number): number =>
        1 + offset + dims.reduce((sum, size, d) => sum + Math.max(0, (size - 1) * strides[d]), 0);
      const points = sizeOf(dims);
      const arrays = [
        input(dtype, values(dtype, reach(first, firstOffset), 3)),
        input(dtype, values(dtype, reach(second, secondOffset), 4)),
        output(dtype, points),
        output(dtype, points),
      ];
      const inputs = [operand(0, dims, first, firstOffset), operand(1, dims, second, secondOffset)];
      const outputs = [operand(2, dims), operand(3, dims)];
      const call: KernelCall = { kernel: 'map', dtype, dims, expression: pair, inputs, outputs };
      yield single(`map ${dtype}, ${name}`, [], arrays, call);
    }
    const inPlace: TestArray = { dtype, array: values(dtype, 67, 5), access: 'both' };
    const step = expression(2, (e, w, g) => e.sub(w, e.mul(g, 2)));
    yield single(`map ${dtype} in place`, [], [inPlace, input(dtype, values(dtype, 67, 6))], {
      kernel: 'map',
      dtype,
      dims: [67],
      expression: step,
      inputs: [operand(0, [67]), operand(1, [67])],
      outputs: [operand(0, [67])],
    });
    // The second pass needs all twenty inputs again, so they stay in registers; stores have a stride.
    const wide = expression(20, (e, ...x) =>
      x.reduceRight(
        (a, b) => e.sub(a, b),
        x.reduce((a, b) => e.add(a, b)),
      ),
    );
    yield single(
      `map ${dtype}, many registers`,
      [],
      [input(dtype, values(dtype, 39, 7)), output(dtype, 60)],
      {
        kernel: 'map',
        dtype,
        dims: [20],
        expression: wide,
        inputs: Array.from({ length: 20 }, (_, i) => operand(0, [20], [1], i)),
        outputs: [operand(1, [20], [3], 1)],
      },
    );
  }
}

/** Memory, temporaries and single numbers at every place of operations with three operands, and numbers that come late. */
export function* sourceCases(): Generator<Case> {
  for (const dtype of computes) {
    const operation = dtype === 'int32' ? 'select' : 'fma';
    const e = expression(4, (writer, x, y, number, last) => {
      const temporary = writer.add(y, 1);
      const sources = [x, temporary, number];
      let sum = writer.sub(x, y);
      for (const a of sources) {
        for (const b of sources) {
          for (const c of sources) sum = writer.add(writer[operation](a, b, c), sum);
        }
      }
      return [writer.mul(sum, last), writer.sub(last, temporary)];
    });
    const n = 67;
    const whole = (seed: number): TypedArray => values(dtype, n, seed).map((v: number) => Math.round(v) % 16);
    const numbers = newArray(dtype, 2);
    numbers.set([3, -5]);
    yield single(
      `map ${dtype}, every source of operands`,
      [],
      [
        input(dtype, whole(8)),
        input(dtype, whole(9)),
        input(dtype, numbers),
        output(dtype, n),
        output(dtype, n),
      ],
      {
        kernel: 'map',
        dtype,
        dims: [n],
        expression: e,
        inputs: [operand(0, [n]), operand(1, [n]), operand(2, [n], [0], 0), operand(2, [n], [0], 1)],
        outputs: [operand(3, [n]), operand(4, [n])],
      },
    );
  }
}
