// Named tensors as bytes: TensorFlow.js' layers format, safetensors; and the handlers that keep models somewhere.

import { decode, encode } from './safetensors.js';

export { FormatError } from './errors.js';
export { fileSystem, type FileOptions } from './files.js';
export {
  fromMemory,
  withSaveHandler,
  type IOHandler,
  type ModelArtifacts,
  type ModelArtifactsInfo,
  type SaveResult,
} from './handlers.js';
export type { NamedTensors, Safetensors } from './safetensors.js';
export {
  decodeWeights,
  encodeWeights,
  type NamedTensor,
  type WeightData,
  type WeightSpec,
} from './weights.js';

/** The safetensors format: `encode(tensors, metadata?)` gives bytes, `decode(bytes)` tensors and metadata. */
export const safetensors = { encode, decode };
