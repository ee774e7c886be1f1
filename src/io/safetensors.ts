// The safetensors format: a JSON header that says of each tensor its dtype, shape and place, then the bytes.
// https://github.com/huggingface/safetensors#format
//
// 8 bytes: length of the header (little-endian) | header | data. Places count from the end of the header.

import { dtypeBytes } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { Tensor } from '../tensor/tensor.js';
import { bytesOf, elementsOf, encodingOf, encodings, readShape, type Encoding } from './elements.js';
import { FormatError, quoted } from './errors.js';
import { isObject, parseJson, type Json, type JsonObject } from './json.js';

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>;

/** What a safetensors file holds. */
export interface Safetensors {
  /** By name, in the order in which the file has their bytes. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Free texts by name. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The bound that the reference implementation sets on the header. */
const longestHeader = 100_000_000;
const metadataKey = '__metadata__';

function entriesOf(tensors: NamedTensors): [string, Tensor][] {
  return tensors instanceof Map ? [...tensors] : Object.entries(tensors as Readonly<Record<string, Tensor>>);
}

/**
 * Tensors as a safetensors file.
 * @param metadata texts to keep with them
 * @throws ArgumentError if a tensor is called `__metadata__`
 */
export function encode(tensors: NamedTensors, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  // Wide elements first: then each tensor begins where its elements are aligned.
  const entries = entriesOf(tensors).sort(([, a], [, b]) => dtypeBytes[b.dtype] - dtypeBytes[a.dtype]);
  const header = new Map<string, Json>();
  if (Object.keys(metadata).length > 0) header.set(metadataKey, { ...metadata });
  let end = 0;
  const arrays = entries.map(([name, tensor]) => {
    if (name === metadataKey) throw new ArgumentError(`safetensors: no tensor can be called ${metadataKey}.`);
    const array = tensor.array_('save');
    const begin = end;
    end += array.byteLength;
    header.set(name, {
      dtype: encodingOf[tensor.dtype],
      shape: [...tensor.shape],
      data_offsets: [begin, end],
    });
    return array;
  });
  // Not JSON.stringify of an object: that would put names that look like numbers first.
  const text = `{${[...header].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  const head = new TextEncoder().encode(text);
  // Spaces up to a multiple of 8, so that the data are aligned in the file.
  const length = Math.ceil(head.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(head, 8);
  let at = 8 + length;
  for (const array of arrays) {
    bytes.set(bytesOf(array), at);
    at += array.byteLength;
  }
  return bytes;
}

/** A tensor's entry in the header, checked by itself. */
interface Entry {
  readonly name: string;
  readonly encoding: Encoding;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors file. Nothing is believed: the header's length, each dtype, shape and place are checked, places
 * must fill the data without gap or overlap, and no name may come twice. Elements that Hebb does not compute with are
 * converted: F16 and BF16 to float32, other integers to int32.
 * @param source what it is, for messages
 * @throws FormatError
 */
export function decode(bytes: Uint8Array, source = 'safetensors'): Safetensors {
  const { header, data } = split(bytes, source);
  const metadata = readMetadata(header[metadataKey], source);
  const entries = Object.keys(header)
    .filter((name) => name !== metadataKey)
    .map((name) => readEntry(name, header[name], source))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let filled = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== filled) {
      const what =
        begin < filled ? 'overlaps another tensor' : `leaves ${begin - filled} bytes unused before it`;
      throw new FormatError(source, `${quoted(name)} ${what}`);
    }
    filled = end;
  }
  if (filled !== data.length) {
    throw new FormatError(
      source,
      `expected ${filled} bytes of data as the header says, got ${data.length}; the file is ` +
        (filled > data.length ? 'truncated' : 'longer than it should be'),
    );
  }
  const tensors = new Map<string, Tensor>();
  for (const { name, encoding, shape, begin, end } of entries) {
    try {
      tensors.set(name, new Tensor(encoding.read(data.subarray(begin, end)), shape, encoding.dtype));
    } catch (error) {
      throw new FormatError(source, `${quoted(name)}: ${(error as Error).message}`, { cause: error });
    }
  }
  return { tensors, metadata };
}

/** Header and data of a file. */
function split(bytes: Uint8Array, source: string): { header: JsonObject; data: Uint8Array } {
  if (bytes.length < 10) {
    throw new FormatError(source, `expected a safetensors file, got ${bytes.length} bytes`);
  }
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (bytes[8] !== 0x7b)
    throw new FormatError(source, 'it is not a safetensors file: no header begins at byte 8');
  if (length > longestHeader || 8 + length > bytes.length) {
    const most = Math.min(longestHeader, bytes.length - 8);
    throw new FormatError(source, `expected a header of at most ${most} bytes, got one of ${length}`);
  }
  const header = parseJson(bytes.subarray(8, 8 + length), source);
  if (!isObject(header)) throw new FormatError(source, 'expected a header that is a JSON object');
  return { header, data: bytes.subarray(8 + length) };
}

function readMetadata(given: Json | undefined, source: string): Map<string, string> {
  if (given === undefined) return new Map();
  if (!isObject(given) || !Object.values(given).every((text) => typeof text === 'string')) {
    throw new FormatError(source, `expected ${metadataKey} to hold texts only`);
  }
  return new Map(Object.entries(given as Record<string, string>));
}

function readEntry(name: string, given: Json, source: string): Entry {
  const what = quoted(name);
  if (!isObject(given))
    throw new FormatError(source, `${what}: expected an object with dtype, shape and data_offsets`);
  const { dtype, shape: dims, data_offsets: places } = given;
  const encoding = encodings.get(String(dtype));
  if (!encoding) {
    throw new FormatError(
      source,
      `${what}: expected a dtype of ${[...encodings.keys()].join(', ')}, got ${quoted(dtype)}`,
    );
  }
  const shape = readShape(dims, source, what);
  const isPlace = (x: Json): x is number => Number.isSafeInteger(x) && (x as number) >= 0;
  if (!Array.isArray(places) || places.length !== 2 || !places.every(isPlace)) {
    throw new FormatError(
      source,
      `${what}: expected data_offsets of two whole numbers, got ${quoted(places)}`,
    );
  }
  const [begin, end] = places;
  const expected = elementsOf(shape) * encoding.size;
  if (end - begin !== expected) {
    throw new FormatError(
      source,
      `${what}: ${String(dtype)} of shape [${shape.join(', ')}] takes ${expected} bytes, but its place has ${end - begin}`,
    );
  }
  return { name, encoding, shape, begin, end };
}
