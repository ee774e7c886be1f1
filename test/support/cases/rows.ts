// Cases of random, and of what goes row by row: softmax, crossEntropy and check.

import { newArray, type DType, type TypedArray } from '../../../src/contract/dtypes.js';
import { randomKinds, type RandomKind } from '../../../src/contract/instructions.js';
import { seeded, type TestArray } from '../building.js';
import {
  type Case,
  sizes,
  computes,
  floats,
  epsilon,
  specials,
  values,
  input,
  output,
  single,
} from './shared.js';

export function* randomCases(): Generator<Case> {
  for (const kind of Object.keys(randomKinds) as RandomKind[]) {
    for (const dtype of computes) {
      if (kind === 'permutation' && dtype !== 'int32') continue;
      for (const count of sizes) {
        // The second draw carries into the upper word of the counter.
        const state: TestArray = { dtype: 'int32', array: Int32Array.of(7, -3, -1, 5), access: 'both' };
        const [low, high] = dtype === 'int32' ? [-10, 1000] : kind === 'uniform' ? [-2, 3] : [0.5, 2];
        yield single(
          `random ${kind} ${dtype} of ${count}`,
          [`random ${kind} ${dtype}`],
          [state, output(dtype, count)],
          { kernel: 'random', kind, dtype, count, low, high, state: 0, out: 1 },
        );
      }
    }
  }
}

export function* rowCases(): Generator<Case> {
  for (const dtype of floats) {
    for (const columns of sizes) {
      const rows = columns > 1000 ? 2 : 5;
      const logits = values(dtype, rows * columns, columns, 10);
      const special = columns > 0 ? specials(dtype) : [];
      const withSpecials = values(dtype, special.length * columns, columns, 10);
      special.forEach((x, row) => (withSpecials[row * columns + (row % columns)] = x));
      const loose = { ulp: 8, absolute: 64 * epsilon[dtype] };
      for (const log of [false, true]) {
        for (const [array, note] of [
          [logits, ''],
          [withSpecials, ' with special values'],
        ] as const) {
          const rowCount = columns > 0 ? array.length / columns : 5;
          yield single(
            `softmax ${dtype} of ${rowCount} x ${columns}${log ? ' log' : ''}${note}`,
            [`softmax ${dtype}`],
            [input(dtype, array), output(dtype, array.length)],
            { kernel: 'softmax', dtype, log, rows: rowCount, columns, input: 0, out: 1 },
            loose,
          );
        }
      }
      if (columns === 0) continue;
      const random = seeded(columns);
      const classes = (type: DType): TypedArray => {
        const array = newArray(type, rows);
        for (let i = 0; i < rows; i++) array[i] = Math.floor(random() * Math.min(columns, 256));
        return array;
      };
      const distribution = newArray(dtype, rows * columns);
      for (let i = 0; i < distribution.length; i++) distribution[i] = random();
      const labels: [string, DType, TypedArray][] = [
        ['int32', 'int32', classes('int32')],
        ['uint8', 'uint8', classes('uint8')],
        ['distributions', dtype, distribution],
      ];
      for (const [note, type, array] of labels) {
        for (const [loss, delta] of [
          [2, 3],
          [2, -1],
          [-1, 3],
        ]) {
          yield single(
            `crossEntropy ${dtype} of ${rows} x ${columns}, ${note}, ${loss} ${delta}`,
            [`crossEntropy ${dtype}`],
            [input(dtype, logits), input(type, array), output(dtype, rows), output(dtype, rows * columns)],
            {
              kernel: 'crossEntropy',
              dtype,
              sparse: note !== 'distributions',
              ...{ rows, columns, logits: 0, labels: 1, loss, delta },
            },
            // Sums of up to `columns` terms of up to 20, and factors as large as the sum of a row's labels.
            { ulp: 8, absolute: (64 + 24 * columns) * epsilon[dtype] },
          );
        }
      }
    }
    yield single(`check ${dtype}`, [`check ${dtype}`], [input(dtype, values(dtype, 1025, 3))], {
      kernel: 'check',
      dtype,
      count: 1025,
      input: 0,
    });
  }
}
