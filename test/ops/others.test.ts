// Ops that are not elementwise against plain numbers, in every dtype, and their first and second derivatives.

import { describe, expect, test } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import { dtypes, type DType } from '../../src/contract/dtypes.js';
import { derivativeErrors } from '../support/gradients.js';
import { difference, nd, rounded, toTensor, type Nd } from '../support/nd.js';
import { otherCases } from './tables/others.js';

// HEBB_BACKEND=native runs the same tests there.
setBackend(process.env.HEBB_BACKEND ?? 'js');

/** The inputs in a dtype: integers are made of ten times the numbers, bool of their signs. */
function inDType(x: Nd, dtype: DType): Nd {
  const scale: Record<DType, (v: number) => number> = {
    bool: (v) => Number(v > 0),
    uint8: (v) => Math.round(Math.abs(v)),
    int32: (v) => Math.round(v * 3) + 0,
    float32: (v) => v,
    float64: (v) => v,
  };
  return rounded(nd(x.shape, x.data.map(scale[dtype])), dtype);
}

describe.each(otherCases)('$op $note', (c) => {
  test.each(c.dtypes ?? dtypes)('%s', (dtype) => {
    const inputs = c.inputs.map((x) => inDType(x, dtype));
    const actual = [c.run(...inputs.map((x) => toTensor(x, dtype)))].flat();
    const expected = [c.expected(...inputs)].flat();
    const result = c.result?.(dtype) ?? dtype;
    expect(actual.map((t, i) => difference(t, expected[i], result, 20))).toEqual(expected.map(() => ''));
  });
  if (c.differentiable === false) return;
  test('gradients', () => {
    const { first, second } = derivativeErrors(c.run, c.inputs);
    expect(first).toBeLessThan(1e-7);
    expect(second).toBeLessThan(1e-7);
  });
});
