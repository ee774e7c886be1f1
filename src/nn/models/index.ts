// Models: construction, compiling, training, evaluation, prediction.

export { Model, type BatchShape, type EvaluateArgs, type LayerOutput, type PredictArgs } from './model.js';
export { sequential, Sequential, type SequentialArgs } from './sequential.js';
export type { CompileArgs } from './compiled.js';
export type { CallbackState, Place } from './place.js';
export type { Examples } from './examples.js';
export type { FitArgs } from './training.js';
export { NonFiniteLossError } from './diagnosis.js';
