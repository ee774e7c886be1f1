// Comparing results to the bit.

import type { TypedArray } from '../../src/contract/dtypes.js';
import type { Tensor } from '../../src/tensor/tensor.js';

/** The first element in which two arrays differ in more than the bits of a NaN; -1 if there is none. */
export function firstDifference(a: TypedArray, b: TypedArray): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
}

/** What differs between two lists of tensors, as text; empty if nothing does. */
export function differences(actual: readonly Tensor[], expected: readonly Tensor[]): string {
  const lines: string[] = [];
  if (actual.length !== expected.length) lines.push(`${actual.length} tensors, not ${expected.length}`);
  expected.forEach((e, i) => {
    const a = actual[i];
    if (!a) return;
    if (a.dtype !== e.dtype || a.shape.join() !== e.shape.join()) {
      lines.push(`tensor ${i}: ${a.dtype}[${a.shape.join()}], not ${e.dtype}[${e.shape.join()}]`);
      return;
    }
    const [x, y] = [a.dataSync(), e.dataSync()];
    const at = firstDifference(x, y);
    if (at >= 0) lines.push(`tensor ${i}, element ${at}: ${x[at]}, not ${y[at]}`);
  });
  return lines.join('\n');
}
