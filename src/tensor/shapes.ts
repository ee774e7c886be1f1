// Shapes: checking, broadcasting, axes, and how they are written in messages.

import { ArgumentError } from '../contract/errors.js';

export type Shape = readonly number[];

/** `[2, 3]`, as messages show it. */
export function showShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((d) => d ?? '*').join(', ')}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * The shape that `a` and `b` broadcast to, by NumPy's rule: aligned at the last dimension, sizes equal or one of them 1.
 * @throws ArgumentError if there is none
 */
export function broadcastShapes(a: Shape, b: Shape, op: string): number[] {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const da = i <= a.length ? a[a.length - i] : 1;
    const db = i <= b.length ? b[b.length - i] : 1;
    if (da !== db && da !== 1 && db !== 1) {
      throw new ArgumentError(
        `${op}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast: expected equal sizes or 1 in each ` +
          `dimension counted from the last, got ${da} and ${db}.`,
      );
    }
    out[rank - i] = da === 1 ? db : da;
  }
  return out;
}

/** Strides over `target` of a contiguous operand of `shape`: 0 where it is broadcast. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const strides = new Array<number>(target.length).fill(0);
  let step = 1;
  for (let i = 1; i <= shape.length; i++) {
    const size = shape[shape.length - i];
    if (size !== 1) strides[target.length - i] = step;
    step *= size;
  }
  return strides;
}

/** An axis counted from the end if it is negative, made positive. */
export function normalizeAxis(axis: number, rank: number, op: string): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ArgumentError(
      `${op}: axis ${axis} is out of range: expected an integer from ${-rank} to ${rank - 1} for a tensor of rank ${rank}.`,
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** Axes as a sorted list without doubles; all of them if `axis` is undefined or null. */
export function normalizeAxes(
  axis: number | readonly number[] | null | undefined,
  rank: number,
  op: string,
): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, i) => i);
  const list = typeof axis === 'number' ? [axis] : axis;
  return [...new Set(list.map((a) => normalizeAxis(a, rank, op)))].sort((a, b) => a - b);
}

/** Throws unless every dimension is a whole number of at least 0 and the size fits a typed array. */
export function checkShape(shape: Shape, op: string): void {
  let size = 1;
  for (const d of shape) {
    if (!Number.isInteger(d) || d < 0) {
      throw new ArgumentError(
        `${op}: expected dimensions that are whole numbers of at least 0, got ${showShape(shape)}.`,
      );
    }
    size *= d;
  }
  if (size > 0x7fffffff) {
    throw new ArgumentError(`${op}: a tensor of shape ${showShape(shape)} has more than 2^31 - 1 elements.`);
  }
}
