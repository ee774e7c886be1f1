// Tensors as text, in the layout of tfjs: nested brackets with aligned columns, long dimensions summarised.

import type { DType, TypedArray } from '../contract/dtypes.js';
import { rowMajor, sizeOf } from '../contract/calls.js';
import type { Shape } from './shapes.js';
import type { Tensor } from './tensor.js';

/** A dimension longer than this shows only its ends. */
const longestShown = 20;
/** How many entries at each end. */
const endsShown = 3;
/** Digits after the point, as in tfjs; what is smaller than `smallest` shows this many significant ones instead of 0. */
const digits = 7;
const smallest = 1e-4;
const significant = 6;

function showElement(value: number, dtype: DType): string {
  if (dtype === 'bool') return String(value !== 0);
  const text = Math.abs(value) < smallest ? value.toPrecision(significant) : value.toFixed(digits);
  return String(parseFloat(text));
}

/** The indices of a dimension that are shown; -1 stands for those left out. */
function shownIndices(size: number): number[] {
  const all = Array.from({ length: Math.min(size, longestShown) }, (_, i) => i);
  if (size <= longestShown) return all;
  const first = all.slice(0, endsShown);
  return [...first, -1, ...first.map((i) => size - endsShown + i)];
}

/** The lines of the part of a tensor that starts at `offset`, from dimension `depth` on. */
function showPart(
  array: TypedArray,
  shape: Shape,
  strides: readonly number[],
  dtype: DType,
  widths: readonly number[],
  depth: number,
  offset: number,
): string[] {
  const indices = shownIndices(shape[depth]);
  if (depth === shape.length - 1) {
    const row = indices.map((i) =>
      i < 0 ? '...' : showElement(array[offset + i], dtype).padEnd(widths[i] ?? 0),
    );
    return [`[${row.join(', ')}]`];
  }
  const lines: string[] = [];
  // Blank lines between matrices and larger parts: one more for each dimension.
  const gap = new Array<string>(Math.max(0, shape.length - depth - 2)).fill('');
  indices.forEach((i, n) => {
    const part =
      i < 0
        ? ['...']
        : showPart(array, shape, strides, dtype, widths, depth + 1, offset + i * strides[depth]);
    part.forEach((line, l) => lines.push(line && (n === 0 && l === 0 ? `[${line}` : ` ${line}`)));
    if (n < indices.length - 1) {
      lines[lines.length - 1] += ',';
      lines.push(...gap);
    }
  });
  if (lines.length === 0) return ['[]'];
  lines[lines.length - 1] += ']';
  return lines;
}

/** Widest element of each shown column of the last dimension, over the rows shown. */
function columnWidths(array: TypedArray, shape: Shape, strides: readonly number[], dtype: DType): number[] {
  const widths: number[] = [];
  const walk = (depth: number, offset: number): void => {
    for (const i of shownIndices(shape[depth])) {
      if (i < 0) continue;
      if (depth < shape.length - 1) walk(depth + 1, offset + i * strides[depth]);
      else widths[i] = Math.max(widths[i] ?? 0, showElement(array[offset + i], dtype).length);
    }
  };
  walk(0, 0);
  return widths;
}

/**
 * A tensor as text: its values, and with `verbose` its dtype, rank and shape.
 * @throws HebbError if it is disposed or stands for a value of a traced function
 */
export function tensorToString(t: Tensor, verbose = false): string {
  const array = t.array_('toString');
  const { shape, dtype } = t;
  let lines: string[];
  if (shape.length === 0) lines = [dtype === 'bool' ? String(array[0] !== 0) : String(array[0])];
  else if (sizeOf(shape) === 0) lines = [`[] (shape [${shape.join(', ')}])`];
  else {
    const strides = rowMajor(shape);
    const widths = shape.length > 1 ? columnWidths(array, shape, strides, dtype) : [];
    lines = showPart(array, shape, strides, dtype, widths, 0, 0);
  }
  const values = lines.map((line) => line && `    ${line}`);
  if (!verbose) return ['Tensor', ...values].join('\n');
  const head = [`  dtype: ${dtype}`, `  rank: ${shape.length}`, `  shape: [${shape.join(',')}]`, '  values:'];
  return ['Tensor', ...head, ...values].join('\n');
}
