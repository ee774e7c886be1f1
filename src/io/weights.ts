// Weights as TensorFlow.js keeps them: one run of bytes, and specs (name, shape, dtype) that say how it is divided.

import { newArray, type DType } from '../contract/dtypes.js';
import { Tensor } from '../tensor/tensor.js';
import { bytesOf, elementsOf, encodings, readShape, type Encoding } from './elements.js';
import { FormatError, quoted } from './errors.js';
import { isObject, type Json } from './json.js';
import type { NamedTensors } from './safetensors.js';

/** Dtypes of weights in files; TensorFlow.js itself knows only float32, int32 and bool of them. */
export type WeightDType = DType;

/** How a weight is kept in fewer bits, as TensorFlow's converter does it. */
export interface Quantization {
  readonly dtype: 'uint8' | 'uint16' | 'float16';
  /** value = scale * kept + min, for uint8 and uint16. */
  readonly scale?: number;
  readonly min?: number;
  readonly original_dtype?: 'float32' | 'int32';
}

/** A weight in the run of bytes. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: WeightDType;
  /** 'optimizer' for the optimizer's state. */
  readonly group?: 'model' | 'optimizer';
  readonly quantization?: Quantization;
}

/** A tensor with its name. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/** Bytes and specs of the tensors, in their order. */
export function encodeWeightsSync(
  tensors: readonly NamedTensor[],
  group?: 'model' | 'optimizer',
): { data: ArrayBuffer; specs: WeightSpec[] } {
  const specs = tensors.map(({ name, tensor: { shape, dtype } }): WeightSpec => ({
    name,
    shape: [...shape],
    dtype,
    ...(group ? { group } : {}),
  }));
  const arrays = tensors.map(({ tensor }) => tensor.array_('save'));
  const data = new Uint8Array(arrays.reduce((sum, array) => sum + array.byteLength, 0));
  let at = 0;
  for (const array of arrays) {
    data.set(bytesOf(array), at);
    at += array.byteLength;
  }
  return { data: data.buffer, specs };
}

/** The same; tfjs' function. */
export async function encodeWeights(
  tensors: NamedTensors | readonly NamedTensor[],
  group?: 'model' | 'optimizer',
): Promise<{ data: ArrayBuffer; specs: WeightSpec[] }> {
  if (Array.isArray(tensors)) return encodeWeightsSync(tensors as readonly NamedTensor[], group);
  const entries =
    tensors instanceof Map
      ? [...(tensors as ReadonlyMap<string, Tensor>)]
      : Object.entries(tensors as Record<string, Tensor>);
  return encodeWeightsSync(
    entries.map(([name, tensor]) => ({ name, tensor })),
    group,
  );
}

/** Specs that were checked, and how to read what they stand for. */
export interface WeightPlan {
  readonly weights: readonly {
    readonly spec: WeightSpec;
    readonly bytes: number;
    readonly encoding: Encoding;
  }[];
  /** Of all weights together. */
  readonly bytes: number;
}

const encodingNames: Readonly<Record<string, string>> = {
  float32: 'F32',
  float64: 'F64',
  int32: 'I32',
  uint8: 'U8',
  bool: 'BOOL',
};
const quantizedNames: Readonly<Record<string, string>> = { uint8: 'U8', uint16: 'U16', float16: 'F16' };

/**
 * Checks specs from outside.
 * @throws FormatError on a spec that makes no sense, or a name that comes twice
 */
export function planWeights(specs: unknown, source: string): WeightPlan {
  if (!Array.isArray(specs)) throw new FormatError(source, 'expected a list of weight specs');
  const names = new Set<string>();
  const weights = (specs as readonly Json[]).map((given) => {
    if (!isObject(given) || typeof given.name !== 'string') {
      throw new FormatError(source, `expected weight specs with a name, got ${quoted(given)}`);
    }
    const { name } = given;
    const what = `weight ${quoted(name)}`;
    if (names.has(name)) throw new FormatError(source, `${what} comes twice`);
    names.add(name);
    const encoding = encodingFor(given.dtype, given.quantization, source, what);
    const shape = readShape(given.shape, source, what);
    const spec = { ...(given as unknown as WeightSpec), shape };
    return { spec, encoding, bytes: elementsOf(shape) * encoding.size };
  });
  const bytes = weights.reduce((sum, weight) => sum + weight.bytes, 0);
  if (!Number.isSafeInteger(bytes)) throw new FormatError(source, 'its weights are larger than any memory');
  return { weights, bytes };
}

function encodingFor(dtype: Json, quantization: Json | undefined, source: string, what: string): Encoding {
  const name =
    typeof dtype === 'string' && Object.hasOwn(encodingNames, dtype) ? encodingNames[dtype] : undefined;
  const plain = name === undefined ? undefined : encodings.get(name);
  if (!plain) {
    const known = Object.keys(encodingNames).join(', ');
    throw new FormatError(source, `${what}: expected a dtype of ${known}, got ${quoted(dtype)}`);
  }
  if (quantization === undefined || quantization === null) return plain;
  const kept = isObject(quantization) ? quantization.dtype : undefined;
  const stored =
    typeof kept === 'string' && Object.hasOwn(quantizedNames, kept) ? quantizedNames[kept] : undefined;
  const encoding = stored === undefined ? undefined : encodings.get(stored);
  if (!encoding || (dtype !== 'float32' && (dtype !== 'int32' || kept === 'float16'))) {
    throw new FormatError(source, `${what}: its quantization, ${quoted(quantization)}, is not known`);
  }
  if (kept === 'float16') return encoding;
  const { scale, min } = quantization as { readonly scale?: Json; readonly min?: Json };
  if (typeof scale !== 'number' || typeof min !== 'number') {
    throw new FormatError(source, `${what}: its quantization lacks scale and min`);
  }
  return {
    size: encoding.size,
    dtype: plain.dtype,
    read(bytes) {
      const values = encoding.read(bytes);
      const elements = newArray(plain.dtype, values.length);
      for (let i = 0; i < values.length; i++) {
        const value = values[i] * scale + min;
        elements[i] = dtype === 'int32' ? Math.round(value) : value;
      }
      return elements;
    },
  };
}

/**
 * The tensors of a plan, in order.
 * @throws FormatError if there are more or fewer bytes than the specs say
 */
export function readWeights(data: Uint8Array, plan: WeightPlan, source: string): NamedTensor[] {
  if (data.length !== plan.bytes) {
    throw new FormatError(
      source,
      `expected ${plan.bytes} bytes of weights as the specs say, got ${data.length}`,
    );
  }
  let at = 0;
  return plan.weights.map(({ spec, bytes, encoding }) => {
    const begin = at;
    at += bytes;
    try {
      const { name, shape } = spec;
      return { name, tensor: new Tensor(encoding.read(data.subarray(begin, at)), shape, encoding.dtype) };
    } catch (error) {
      throw new FormatError(source, `weight ${quoted(spec.name)}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  });
}

/** What handlers call weight data: one buffer or several that follow each other. */
export type WeightData = ArrayBuffer | readonly ArrayBuffer[];

/** One run of bytes. */
export function joinWeightData(data: WeightData | ArrayBufferView, source: string): Uint8Array {
  const parts = (Array.isArray(data) ? data : [data]) as readonly (ArrayBuffer | ArrayBufferView)[];
  const arrays = parts.map((part) => {
    if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
    if (part instanceof ArrayBuffer) return new Uint8Array(part);
    throw new FormatError(source, 'expected weightData to be an ArrayBuffer or a list of them');
  });
  if (arrays.length === 1) return arrays[0];
  const joined = new Uint8Array(arrays.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of arrays) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * Tensors by name from bytes and specs; tfjs' function.
 * @throws FormatError if they do not fit each other
 */
export function decodeWeights(weightData: WeightData, specs: readonly WeightSpec[]): Record<string, Tensor> {
  const plan = planWeights(specs, 'decodeWeights');
  const named = readWeights(joinWeightData(weightData, 'decodeWeights'), plan, 'decodeWeights');
  return Object.fromEntries(named.map(({ name, tensor }) => [name, tensor]));
}
