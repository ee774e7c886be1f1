// Elements in files: how many there are in a shape, and the types that Hebb does not compute with, made into ones that
// it does. Files are little-endian, as is every machine that Node runs on.

import type { DType, TypedArray } from '../contract/dtypes.js';
import { arrayConstructors } from '../contract/dtypes.js';
import { FormatError, quoted } from './errors.js';
import type { Json } from './json.js';

/** Dimensions of a tensor, at most. */
const largestRank = 32;

/**
 * A shape from a file.
 * @param what the tensor it belongs to
 * @throws FormatError unless it is a list of whole numbers whose product is one, too
 */
export function readShape(given: Json | undefined, source: string, what: string): number[] {
  const fits =
    Array.isArray(given) &&
    given.length <= largestRank &&
    given.every((d) => Number.isSafeInteger(d) && (d as number) >= 0);
  if (!fits) {
    throw new FormatError(source, `${what}: expected a shape of whole numbers, got ${quoted(given)}`);
  }
  const shape = given as number[];
  if (!Number.isSafeInteger(elementsOf(shape) * 8)) {
    throw new FormatError(source, `${what}: a shape of [${shape.join(', ')}] is larger than any memory`);
  }
  return shape;
}

/** Number of elements. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, d) => product * d, 1);
}

/** A way to keep elements in a file. */
export interface Encoding {
  /** In bytes. */
  readonly size: number;
  /** What the elements become. */
  readonly dtype: DType;
  /**
   * The elements, in memory of their own.
   * @throws RangeError where one has no place in `dtype`
   */
  read(bytes: Uint8Array): TypedArray;
}

/** The bytes themselves, copied to where they are aligned. */
function asTheyAre(dtype: DType): Encoding {
  const Type = arrayConstructors[dtype];
  return {
    size: Type.BYTES_PER_ELEMENT,
    dtype,
    read: (bytes) => new Type(bytes.slice().buffer),
  };
}

/** Elements one by one. */
function converted(dtype: DType, size: number, element: (view: DataView, at: number) => number): Encoding {
  return {
    size,
    dtype,
    read(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const elements = new arrayConstructors[dtype](bytes.length / size);
      for (let i = 0; i < elements.length; i++) elements[i] = element(view, i * size);
      return elements;
    },
  };
}

const scratch = new DataView(new ArrayBuffer(4));

/** IEEE binary16: 1 bit of sign, 5 of exponent, 10 of fraction; every value is a float32. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The upper half of a float32. */
function bfloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

function small(value: bigint | number): number {
  const n = Number(value);
  if (n < -0x80000000 || n > 0x7fffffff) throw new RangeError(`${value} is too large for int32`);
  return n;
}

const bool: Encoding = {
  ...asTheyAre('bool'),
  read(bytes) {
    const at = bytes.findIndex((byte) => byte > 1);
    if (at >= 0) throw new RangeError(`byte ${at} is ${bytes[at]}, which is neither false nor true`);
    return bytes.slice();
  },
};

/** Encodings by the names that safetensors gives them. */
export const encodings: ReadonlyMap<string, Encoding> = new Map([
  ['BOOL', bool],
  ['U8', asTheyAre('uint8')],
  ['I8', converted('int32', 1, (v, at) => v.getInt8(at))],
  ['I16', converted('int32', 2, (v, at) => v.getInt16(at, true))],
  ['U16', converted('int32', 2, (v, at) => v.getUint16(at, true))],
  ['F16', converted('float32', 2, (v, at) => half(v.getUint16(at, true)))],
  ['BF16', converted('float32', 2, (v, at) => bfloat(v.getUint16(at, true)))],
  ['I32', asTheyAre('int32')],
  ['U32', converted('int32', 4, (v, at) => small(v.getUint32(at, true)))],
  ['F32', asTheyAre('float32')],
  ['I64', converted('int32', 8, (v, at) => small(v.getBigInt64(at, true)))],
  ['U64', converted('int32', 8, (v, at) => small(v.getBigUint64(at, true)))],
  ['F64', asTheyAre('float64')],
]);

/** The name of the encoding that a tensor is written in. */
export const encodingOf: Readonly<Record<DType, string>> = {
  bool: 'BOOL',
  uint8: 'U8',
  int32: 'I32',
  float32: 'F32',
  float64: 'F64',
};

/** The bytes of an array, shared. */
export function bytesOf(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
