// Odd functions keep the sign of zero, on every backend and instruction set, in whole vectors and in what is left over.

import { expect, test } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import * as ops from '../../src/ops/index.js';
import { tensor1d } from '../../src/tensor/create.js';
import { describeConfigurations } from '../support/backends.js';

const odd = [
  'tanh',
  'sin',
  'tan',
  'asin',
  'atan',
  'sinh',
  'asinh',
  'atanh',
  'erf',
  'expm1',
  'log1p',
] as const;

describeConfigurations(
  (c) => c.threads === 1,
  ({ backend, isa, threads }) => {
    test.each(odd)('%s', (name) => {
      setBackend(backend, { isa, threads });
      for (const dtype of ['float32', 'float64'] as const) {
        for (const zero of [0, -0]) {
          const values = ops[name](tensor1d(new Array<number>(83).fill(zero), dtype)).dataSync();
          expect([...values].every((y) => Object.is(y, zero))).toBe(true);
        }
      }
    });
  },
);
