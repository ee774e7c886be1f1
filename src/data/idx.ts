// The IDX format of the MNIST files: two zero bytes, a type byte, the number of dimensions, each dimension as a
// big-endian uint32, then the elements, row-major and big-endian. Nothing of the header is believed before it is
// checked against the length of the file, so damaged or hostile files cost no memory beyond their own size.

import { ArgumentError } from '../contract/errors.js';
import { platform } from '#platform';
import { DEFAULT_MAXIMUM_BYTES, reasonOf, type ReadOptions } from '../platform/platform.js';
import { DataFormatError } from './errors.js';
import type { PlainArray, PlainArrayTypes, PlainDataType } from './plain-array.js';

/** More dimensions than any data has; a foreign file that passes for IDX up to there mostly claims more. */
const MAXIMUM_DIMENSIONS = 8;

interface ElementType {
  name: string;
  bytes: number;
  dtype: PlainDataType;
  read: (view: DataView, offset: number) => number;
}

/** By the type byte. Types that Hebb does not have are widened to the nearest that holds every value. */
const ELEMENT_TYPES: Readonly<Record<number, ElementType>> = {
  0x08: { name: 'uint8', bytes: 1, dtype: 'uint8', read: (view, offset) => view.getUint8(offset) },
  0x09: { name: 'int8', bytes: 1, dtype: 'int32', read: (view, offset) => view.getInt8(offset) },
  0x0b: { name: 'int16', bytes: 2, dtype: 'int32', read: (view, offset) => view.getInt16(offset) },
  0x0c: { name: 'int32', bytes: 4, dtype: 'int32', read: (view, offset) => view.getInt32(offset) },
  0x0d: { name: 'float32', bytes: 4, dtype: 'float32', read: (view, offset) => view.getFloat32(offset) },
  0x0e: { name: 'float64', bytes: 8, dtype: 'float64', read: (view, offset) => view.getFloat64(offset) },
};

const CONSTRUCTORS: { [T in PlainDataType]: new (length: number) => PlainArrayTypes[T] } = {
  uint8: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/**
 * Reads an IDX file, plain or gzipped (recognised by its content, not its name).
 *
 * Elements keep their type where Hebb has it (uint8, int32, float32, float64); int8 and int16 become int32.
 *
 * @param path the file; in a browser its address
 * @param options `maximumBytes` bounds the file and what it unpacks to; default 1 GiB
 * @throws DataFormatError when it is not an IDX file, truncated, longer than its header says, or too large
 * @throws Error when it cannot be read
 */
export async function readIdx(path: string, options: ReadOptions = {}): Promise<PlainArray> {
  let bytes = await platform.readFile(path, options);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = await platform.gunzip(bytes, options);
    } catch (error) {
      throw new DataFormatError(path, reasonOf(error), { cause: error });
    }
  }
  return decodeIdx(bytes, path, options);
}

/**
 * Decodes the bytes of an unpacked IDX file into an array of its own.
 *
 * @param source what to call it in errors: the file's name
 * @throws DataFormatError as `readIdx` does
 */
export function decodeIdx(
  bytes: Uint8Array,
  source: string,
  { maximumBytes = DEFAULT_MAXIMUM_BYTES }: ReadOptions = {},
): PlainArray {
  if (bytes.length < 4) {
    throw new DataFormatError(
      source,
      `not an IDX file: expected a header of at least 4 bytes, got ${bytes.length}`,
    );
  }
  const type: ElementType | undefined = ELEMENT_TYPES[bytes[2]];
  const dimensions = bytes[3];
  if (bytes[0] !== 0 || bytes[1] !== 0 || type === undefined || dimensions > MAXIMUM_DIMENSIONS) {
    throw new DataFormatError(
      source,
      'not an IDX file: expected it to begin with two zero bytes, a type (08, 09, 0b, 0c, 0d or 0e) and at most ' +
        `${MAXIMUM_DIMENSIONS} dimensions, got ${hexadecimal(bytes.subarray(0, 4))}${foreignFormat(bytes)}`,
    );
  }
  const headerBytes = 4 + 4 * dimensions;
  if (bytes.length < headerBytes) {
    throw new DataFormatError(
      source,
      `truncated IDX file: expected a header of ${headerBytes} bytes for ${dimensions} dimensions, got ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis));
  // Eight dimensions of 2^32 make 2^256 elements: inexact as a float64, but far from overflow, and refused here.
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const expectedBytes = headerBytes + count * type.bytes;
  const claim = `shape [${shape.join(', ')}] of ${type.name}`;
  if (expectedBytes > maximumBytes) {
    throw new DataFormatError(
      source,
      `IDX header claims ${claim}, ${expectedBytes} bytes: more than the ${maximumBytes} allowed`,
    );
  }
  if (bytes.length < expectedBytes) {
    throw new DataFormatError(
      source,
      `truncated IDX file: expected ${expectedBytes} bytes for ${claim}, got ${bytes.length}`,
    );
  }
  if (bytes.length > expectedBytes) {
    const surplus = bytes.length - expectedBytes;
    throw new DataFormatError(
      source,
      `IDX file with ${surplus} trailing byte${surplus === 1 ? '' : 's'}: expected ${expectedBytes} bytes for ${claim}, got ${bytes.length}`,
    );
  }
  if (type.dtype === 'uint8') return { dtype: 'uint8', shape, data: bytes.slice(headerBytes) };
  const data = new CONSTRUCTORS[type.dtype](count);
  for (let index = 0; index < count; index++) data[index] = type.read(view, headerBytes + index * type.bytes);
  return { dtype: type.dtype, shape, data };
}

/**
 * Encodes an array as an (unpacked) IDX file.
 *
 * @throws ArgumentError when the shape does not fit the data or the format
 */
export function encodeIdx(array: PlainArray): Uint8Array {
  const { dtype, shape, data } = array;
  const code = { uint8: 0x08, int32: 0x0c, float32: 0x0d, float64: 0x0e }[dtype];
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  if (count !== data.length) {
    throw new ArgumentError(
      `encodeIdx: shape [${shape.join(', ')}] has ${count} elements, but data has ${data.length}`,
    );
  }
  if (shape.length > MAXIMUM_DIMENSIONS || shape.some((dimension) => dimension > 0xffffffff)) {
    throw new ArgumentError(
      `encodeIdx: IDX takes at most ${MAXIMUM_DIMENSIONS} dimensions below 2^32, got [${shape.join(', ')}]`,
    );
  }
  const headerBytes = 4 + 4 * shape.length;
  const bytes = new Uint8Array(headerBytes + data.byteLength);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, code, shape.length]);
  shape.forEach((dimension, axis) => view.setUint32(4 + 4 * axis, dimension));
  if (data instanceof Uint8Array) bytes.set(data, headerBytes);
  else if (data instanceof Int32Array)
    data.forEach((value, index) => view.setInt32(headerBytes + 4 * index, value));
  else if (data instanceof Float32Array)
    data.forEach((value, index) => view.setFloat32(headerBytes + 4 * index, value));
  else data.forEach((value, index) => view.setFloat64(headerBytes + 8 * index, value));
  return bytes;
}

/**
 * Writes an array as an IDX file, atomically; gzipped where the name ends in `.gz`. The directory must exist.
 *
 * @throws ArgumentError as `encodeIdx` does
 * @throws Error when it cannot be written
 */
export async function writeIdx(path: string, array: PlainArray): Promise<void> {
  const bytes = encodeIdx(array);
  await platform.writeFileAtomic(path, path.endsWith('.gz') ? await platform.gzip(bytes) : bytes);
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** What people most often have in the place of a data file, by its first bytes. */
function foreignFormat(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  if (/^\s*<(!doctype|html|\?xml)/i.test(start)) return ', which looks like a web page';
  if (start.startsWith('PK\x03\x04')) return ', which is a zip archive';
  if (start.startsWith('\x89PNG')) return ', which is a PNG image';
  if (start.startsWith('\x93NUMPY')) return ', which is a NumPy array';
  if (/^[\x20-\x7e\s]+$/.test(start)) return ', which looks like text';
  return '';
}
