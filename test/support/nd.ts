// Arrays with a shape in plain numbers, and loops over their indices: what the tests compute expected values with. Shares
// no code with src/.

import type { DType } from '../../src/contract/dtypes.js';
import { tensor } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';

export interface Nd {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export function nd(shape: readonly number[], data: readonly number[]): Nd {
  return { shape, data };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, d) => size * d, 1);

/** All indices of a shape in row-major order. */
export function indicesOf(shape: readonly number[]): number[][] {
  let indices: number[][] = [[]];
  for (const d of shape) indices = indices.flatMap((i) => Array.from({ length: d }, (_, k) => [...i, k]));
  return indices;
}

/** An array of the values that `f` gives for its indices. */
export function build(shape: readonly number[], f: (index: readonly number[]) => number): Nd {
  return { shape, data: indicesOf(shape).map(f) };
}

/** The element at an index; dimensions of size 1 and missing leading ones are broadcast. */
export function at(x: Nd, index: readonly number[]): number {
  const own = index.slice(index.length - x.shape.length);
  return x.data[x.shape.reduce((place, d, i) => place * d + (d === 1 ? 0 : own[i]), 0)];
}

/** The shape that shapes broadcast to. */
export function broadcast(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((s) => s[i - rank + s.length] ?? 1);
    return sizes.find((d) => d !== 1) ?? 1;
  });
}

/** f over broadcast arrays. */
export function zip(f: (...values: number[]) => number, ...arrays: Nd[]): Nd {
  return build(broadcast(...arrays.map((a) => a.shape)), (i) => f(...arrays.map((a) => at(a, i))));
}

/** The values over `axes` for each index of the others, which keep size 1 in those places. */
export function reduceNd(x: Nd, axes: readonly number[], f: (values: number[]) => number): Nd {
  const kept = x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
  const groups = indicesOf(kept).map((): number[] => []);
  const place = (index: readonly number[]): number =>
    kept.reduce((p, d, i) => p * d + (d === 1 ? 0 : index[i]), 0);
  indicesOf(x.shape).forEach((index, i) => groups[place(index)].push(x.data[i]));
  return nd(kept, groups.map(f));
}

/** Numbers that look random, from low to high: the fractions of multiples of the golden ratio, with `salt`. */
export function spread(count: number, low: number, high: number, salt = 0): number[] {
  return Array.from({ length: count }, (_, i) => {
    const x = (i + 1 + salt * 17) * 0.6180339887498949 + salt * 0.137;
    return low + (high - low) * (x - Math.floor(x));
  });
}

/** An array of such numbers. */
export function spreadNd(shape: readonly number[], low = -2, high = 2, salt = 0): Nd {
  return nd(shape, spread(sizeOf(shape), low, high, salt));
}

export function toTensor(x: Nd, dtype: DType = 'float64'): Tensor {
  return tensor([...x.data], x.shape, dtype);
}

/** What a dtype makes of numbers. */
export function rounded(x: Nd, dtype: DType): Nd {
  const convert: Record<DType, (v: number) => number> = {
    bool: (v) => Number(v !== 0),
    uint8: (v) => Math.trunc(v) & 255,
    int32: (v) => Math.trunc(v) | 0,
    float32: Math.fround,
    float64: (v) => v,
  };
  return nd(x.shape, x.data.map(convert[dtype]));
}

/** What differs between a tensor and the expected values, as one sentence; '' if nothing does. */
export function difference(actual: Tensor, expected: Nd, dtype: DType, tolerance = 1): string {
  if (actual.dtype !== dtype) return `dtype ${actual.dtype}, expected ${dtype}`;
  if (String(actual.shape) !== String(expected.shape)) {
    return `shape [${actual.shape.join()}], expected [${expected.shape.join()}]`;
  }
  const data = actual.dataSync();
  const wanted = rounded(expected, dtype).data;
  const epsilon = (dtype === 'float32' ? 1e-6 : dtype === 'float64' ? 1e-13 : 0) * tolerance;
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [data[i], wanted[i]];
    const close = Number.isFinite(b)
      ? Math.abs(a - b) <= epsilon * Math.max(1, Math.abs(b))
      : Object.is(a, b);
    if (!close) return `element ${i} is ${a}, expected ${b}`;
  }
  return data.length === wanted.length ? '' : `${data.length} elements, expected ${wanted.length}`;
}
