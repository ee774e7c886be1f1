// The public API of Hebb; re-exports only. What is not named here may change at any time.

export { version } from './platform/version.js';

// Errors
export { ArgumentError, BackendError, HebbError, ProgramError, RunError } from './contract/errors.js';
export type { DType, FloatDType, TypedArray } from './contract/dtypes.js';

// Backends
export {
  backendInfo,
  createBackend,
  getBackend,
  ready,
  setBackend,
  type BackendInfo,
} from './backend/select.js';
export type { Backend, BackendName, BackendOptions } from './backend/backend.js';

// Tensors
export { Tensor, type NestedArray } from './tensor/tensor.js';
export { Variable } from './tensor/variable.js';
export type { Shape } from './tensor/shapes.js';
export type { NestedNumbers } from './tensor/nested.js';
export { defaultDtype, setDefaultDtype, type TensorLike } from './tensor/convert.js';
export { getPrecision, setPrecision, type MatMulPrecision } from './tensor/precision.js';
export {
  eye,
  fill,
  linspace,
  ones,
  onesLike,
  range,
  scalar,
  tensor,
  tensor1d,
  tensor2d,
  tensor3d,
  tensor4d,
  tensor5d,
  tensor6d,
  variable,
  zeros,
  zerosLike,
  type TensorOptions,
} from './tensor/create.js';
export { buffer, TensorBuffer } from './tensor/buffer.js';
export { Generator, setSeed } from './tensor/generator.js';
export { dispose, keep, tidy, type TensorContainer } from './tensor/tidy.js';
export { memory, type MemoryInfo } from './tensor/scopes.js';

// Ops
export * from './ops/index.js';

// Derivatives and compiled functions
export * from './transform/index.js';

// Networks
export { activations, type ActivationFunction, type ActivationIdentifier } from './nn/activations/index.js';
export { initializers, Initializer, type InitializerIdentifier } from './nn/initializers/index.js';
export { regularizers, Regularizer, type RegularizerIdentifier } from './nn/regularizers/index.js';
export { layers, Layer } from './nn/layers/index.js';
export { losses, Loss, Reduction, type LossIdentifier } from './nn/losses/index.js';
export { metrics, Metric, type MetricIdentifier } from './nn/metrics/index.js';
export { optimizers, Optimizer, train, type OptimizerIdentifier } from './nn/optimizers/index.js';
export * from './nn/callbacks/index.js';
export { registerClass } from './nn/serialization.js';
export {
  Model,
  NonFiniteLossError,
  sequential,
  Sequential,
  type CompileArgs,
  type EvaluateArgs,
  type CallbackState,
  type Examples,
  type FitArgs,
  type Place,
  type PredictArgs,
  type SequentialArgs,
} from './nn/models/index.js';

// Saving
export * as io from './io/index.js';
export { FormatError } from './io/errors.js';
export {
  loadCheckpoint,
  loadLayersModel,
  type LoadOptions,
  type LoadWeightsOptions,
  type SaveOptions,
} from './nn/saving/index.js';

// Data
export * from './data/index.js';

// From one neuron up: the models of textbooks
export * as classic from './classic/index.js';
