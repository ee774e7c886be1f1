// What reduce does with values: for each kind the neutral value, how a block of values is taken in, and how two
// results are combined. Results and values lie in the backend's memory.

import type { ComputeDType } from '../../contract/dtypes.js';
import { reduceKinds, type ReduceKind } from '../../contract/instructions.js';
import { float32s, type Register } from './memory.js';

export interface Reducer {
  readonly neutral: number;
  /** Takes the n values at `values` in: value i belongs to result i % side of those at `results`. */
  take(memory: Register, results: number, values: number, n: number, side: number): void;
  combine(a: number, b: number): number;
}

/** The loop over values, `side` of them at a time: row after row, or stripe after stripe of lanes. */
const sum: Reducer = {
  neutral: 0,
  take(memory, results, values, n, side) {
    for (let i = 0; i < n; i += side) {
      const end = Math.min(side, n - i);
      for (let s = 0; s < end; s++) memory[results + s] += memory[values + i + s];
    }
  },
  combine: (a, b) => a + b,
};

/** The same over the array that it names: sums of float32 are what training has most of. */
const float32Sum: Reducer = {
  ...sum,
  take(_, results, values, n, side) {
    for (let i = 0; i < n; i += side) {
      const end = Math.min(side, n - i);
      for (let s = 0; s < end; s++) float32s[results + s] += float32s[values + i + s];
    }
  },
};

const product: Reducer = {
  neutral: 1,
  take(memory, results, values, n, side) {
    for (let i = 0; i < n; i += side) {
      const end = Math.min(side, n - i);
      for (let s = 0; s < end; s++) memory[results + s] *= memory[values + i + s];
    }
  },
  combine: (a, b) => a * b,
};

/** Products of int32 wrap, which needs more bits than a float64 has. */
const integerProduct: Reducer = {
  neutral: 1,
  take(memory, results, values, n, side) {
    for (let i = 0; i < n; i += side) {
      const end = Math.min(side, n - i);
      for (let s = 0; s < end; s++)
        memory[results + s] = Math.imul(memory[results + s], memory[values + i + s]);
    }
  },
  combine: (a, b) => Math.imul(a, b),
};

/** Math.max and Math.min propagate NaN and put -0 below +0. */
const maximum = (neutral: number): Reducer => ({
  neutral,
  take(memory, results, values, n, side) {
    for (let i = 0; i < n; i += side) {
      const end = Math.min(side, n - i);
      for (let s = 0; s < end; s++)
        memory[results + s] = Math.max(memory[results + s], memory[values + i + s]);
    }
  },
  combine: (a, b) => Math.max(a, b),
});

const minimum = (neutral: number): Reducer => ({
  neutral,
  take(memory, results, values, n, side) {
    for (let i = 0; i < n; i += side) {
      const end = Math.min(side, n - i);
      for (let s = 0; s < end; s++)
        memory[results + s] = Math.min(memory[results + s], memory[values + i + s]);
    }
  },
  combine: (a, b) => Math.min(a, b),
});

const any: Reducer = {
  neutral: 0,
  take(memory, results, values, n, side) {
    for (let i = 0; i < n; i += side) {
      const end = Math.min(side, n - i);
      for (let s = 0; s < end; s++) if (memory[values + i + s] !== 0) memory[results + s] = 1;
    }
  },
  combine: (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
};

const all: Reducer = {
  neutral: 1,
  take(memory, results, values, n, side) {
    for (let i = 0; i < n; i += side) {
      const end = Math.min(side, n - i);
      for (let s = 0; s < end; s++) if (memory[values + i + s] === 0) memory[results + s] = 0;
    }
  },
  combine: (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
};

/** Those that find a value; argMax and argMin, which find a place, are in reduce.ts. */
export type ValueKind = Exclude<ReduceKind, 'argMax' | 'argMin'>;

const floatReducers: Record<ValueKind, Reducer> = {
  sum,
  prod: product,
  max: maximum(-Infinity),
  min: minimum(Infinity),
  any,
  all,
};

const integerReducers: Record<ValueKind, Reducer> = {
  ...floatReducers,
  prod: integerProduct,
  max: maximum(-2147483648),
  min: minimum(2147483647),
};

const kindNames = Object.keys(reduceKinds) as ReduceKind[];

/** The reducer of a kind's code; for argMax and argMin null. */
export function reducerOf(kind: number, dtype: ComputeDType): Reducer | null {
  const name = kindNames[kind];
  if (name === 'argMax' || name === 'argMin') return null;
  if (name === 'sum' && dtype === 'float32') return float32Sum;
  return (dtype === 'int32' ? integerReducers : floatReducers)[name];
}
