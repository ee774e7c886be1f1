// Nested JavaScript arrays: their shape, their elements in row-major order, and back.

import type { DType, TypedArray } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { showShape, type Shape } from './shapes.js';
import type { NestedArray } from './tensor.js';

/** Numbers and booleans in nested arrays of any depth; the innermost may be typed arrays. */
export type NestedNumbers = number | boolean | TypedArray | Uint8ClampedArray | readonly NestedNumbers[];

type List = readonly NestedNumbers[] | TypedArray | Uint8ClampedArray;

/** Whether `x` is one of the typed arrays whose elements are an element type of tensors. */
export function isTypedArray(x: unknown): x is TypedArray | Uint8ClampedArray {
  return (
    x instanceof Float32Array ||
    x instanceof Int32Array ||
    x instanceof Uint8Array ||
    x instanceof Float64Array ||
    x instanceof Uint8ClampedArray
  );
}

function isList(x: unknown): x is List {
  return Array.isArray(x) || isTypedArray(x);
}

/** What a value is, as messages name it. */
export function describe(x: unknown): string {
  if (typeof x === 'string') return `the string ${JSON.stringify(x)}`;
  if (typeof x === 'number' || typeof x === 'boolean' || x === null || x === undefined) return String(x);
  if (typeof x === 'object')
    return x.constructor?.name ? `an object of type ${x.constructor.name}` : 'an object';
  return `a ${typeof x}`;
}

/** The shape of nested arrays, read along the first entries. */
export function nestedShape(values: NestedNumbers): number[] {
  const shape: number[] = [];
  for (let level: unknown = values; isList(level); level = level[0]) shape.push(level.length);
  return shape;
}

/** The element that comes first; undefined if there is none. */
export function firstElement(values: NestedNumbers): unknown {
  let level: unknown = values;
  while (isList(level)) level = level[0];
  return level;
}

/** The dtype of the innermost typed arrays; null if the innermost arrays are plain. */
export function innermostDType(values: NestedNumbers): DType | null {
  let level: unknown = values;
  while (Array.isArray(level)) level = level[0];
  return isTypedArray(level) ? typedArrayDType(level) : null;
}

/** The dtype that a typed array holds; Uint8Array and Uint8ClampedArray hold uint8. */
export function typedArrayDType(array: TypedArray | Uint8ClampedArray): DType {
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Int32Array) return 'int32';
  if (array instanceof Float64Array) return 'float64';
  return 'uint8';
}

/**
 * The elements of nested arrays in row-major order, booleans as 0 and 1.
 * @param shape as `nestedShape` gave it
 * @throws ArgumentError if the arrays are ragged or hold something that is neither number nor boolean
 */
export function flatten(values: NestedNumbers, shape: Shape, what: string): Float64Array {
  const out = new Float64Array(shape.reduce((size, d) => size * d, 1));
  let at = 0;
  const place: number[] = [];
  const walk = (level: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof level !== 'number' && typeof level !== 'boolean')
        throw badElement(level, place, shape, what);
      out[at++] = Number(level);
      return;
    }
    if (!isList(level) || level.length !== shape[depth]) throw ragged(level, place, shape, what);
    if (depth === shape.length - 1 && isTypedArray(level)) {
      out.set(level, at);
      at += level.length;
      return;
    }
    for (let i = 0; i < level.length; i++) {
      place[depth] = i;
      walk(level[i], depth + 1);
    }
    place.length = depth;
  };
  walk(values, 0);
  return out;
}

function badElement(element: unknown, place: readonly number[], shape: Shape, what: string): ArgumentError {
  if (isList(element)) return ragged(element, place, shape, what);
  const where = place.length > 0 ? ` at ${showShape(place)}` : '';
  return new ArgumentError(`${what}: expected numbers or booleans, got ${describe(element)}${where}.`);
}

function ragged(level: unknown, place: readonly number[], shape: Shape, what: string): ArgumentError {
  const expected = place.length < shape.length ? `an array of length ${shape[place.length]}` : 'a number';
  const came = isList(level) ? `an array of length ${level.length}` : describe(level);
  return new ArgumentError(
    `${what}: the nested arrays are ragged: expected ${expected} at ${showShape(place)}, as the first entries ` +
      `have it, got ${came}.`,
  );
}

/** Elements as nested arrays: numbers, or booleans if `dtype` is bool; a plain value for rank 0. */
export function toNested(array: TypedArray, shape: Shape, dtype: DType): NestedArray {
  let at = 0;
  const build = (depth: number): NestedArray => {
    if (depth === shape.length) {
      const value = array[at++];
      return dtype === 'bool' ? value !== 0 : value;
    }
    const list: NestedArray[] = new Array<NestedArray>(shape[depth]);
    for (let i = 0; i < list.length; i++) list[i] = build(depth + 1);
    return list;
  };
  return build(0);
}
