// Naive loops against the ops; deleting neurons.

import { beforeAll, describe, expect, it } from 'vitest';
import {
  add,
  classic,
  dot,
  layers,
  matMul,
  relu,
  sequential,
  setBackend,
  tensor,
  tensor1d,
  tensor2d,
} from '../../src/index.js';
import { backendsHere } from '../support/backends.js';

describe.each(backendsHere)('on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  it('the naive loops say what the ops do', () => {
    const a = [
      [1, -2, 3],
      [-4, 5, -6],
    ];
    const b = [
      [0.5, 1, -1],
      [2, 0, 3],
    ];
    const c = [
      [1, 2],
      [0, -1],
      [3, 1],
    ];
    const v = [1, 2, -1];
    const f64 = (x: number[][]) => tensor2d(x, undefined, 'float64');
    const vector = tensor1d(v, 'float64');
    expect(classic.naiveRelu(a)).toEqual(relu(f64(a)).arraySync());
    expect(classic.naiveAdd(a, b)).toEqual(add(f64(a), f64(b)).arraySync());
    expect(classic.naiveAddMatrixAndVector(a, v)).toEqual(add(f64(a), vector).arraySync());
    expect(classic.naiveVectorDot(v, [4, 5, 6])).toBe(8);
    expect(classic.naiveMatrixVectorDot(a, v)).toEqual(dot(f64(a), vector).arraySync());
    expect(classic.naiveMatrixDot(a, c)).toEqual(matMul(f64(a), f64(c)).arraySync());
    expect(a[0][1]).toBe(-2);
    expect(() => classic.naiveMatrixDot(a, b)).toThrow(/3 rows in the second matrix, got 2/);
    expect(() => classic.naiveRelu([[1], [2, 3]])).toThrow(/rows of one length/);
  });

  const { dense, dropout } = layers;
  const model = () =>
    sequential({
      layers: [
        dense({ units: 3, inputShape: [2], activation: 'sigmoid', useBias: false }),
        dropout({ rate: 0.5 }),
        dense({ units: 1, useBias: false }),
      ],
    });

  it('a deleted neuron is not heard of, and comes back', () => {
    const m = model();
    m.setWeights([
      tensor([
        [0, 0, 0],
        [0, 0, 0],
      ]),
      tensor([[1], [2], [4]]),
    ]);
    const answer = (): number => (m.predict(tensor([[1, 1]])) as ReturnType<typeof tensor>).dataSync()[0];
    expect(answer()).toBe(3.5);
    expect(classic.withoutNeurons(m, 0, [1], answer)).toBe(2.5);
    expect(classic.withoutNeurons(m, m.layers[0].name, [0, 2], answer)).toBe(1);
    expect(() =>
      classic.withoutNeurons(m, 0, [0], () => {
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(answer()).toBe(3.5);
    expect(classic.importanceOfNeurons(m, answer, 0)).toEqual([0.5, 1, 2]);
    const curve = classic.ablationCurve(m, answer, { layer: 0, counts: [0, 1, 3], repeats: 4, seed: 1 });
    expect(curve.map((p) => p.deleted)).toEqual([0, 1, 3]);
    expect(curve[0]).toEqual({ deleted: 0, fraction: 0, figure: 3.5, range: [3.5, 3.5] });
    expect(curve[1].range[0]).toBeGreaterThanOrEqual(1.5);
    expect(curve[1].range[1]).toBeLessThanOrEqual(3);
    expect(curve[2].figure).toBe(0);
    expect(answer()).toBe(3.5);
  });

  it('says what is wrong', () => {
    const m = model();
    expect(() => classic.withoutNeurons(m, 0, [3], () => 0)).toThrow(/neurons from 0 to 2, got 3/);
    expect(() => classic.withoutNeurons(m, 2, [0], () => 0)).toThrow(/expected a hidden dense layer/);
  });
});
