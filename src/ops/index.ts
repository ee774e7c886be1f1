// What can be done to tensors. Importing this file gives Tensor its methods.

export * from './activations.js';
export * from './arithmetic.js';
export { cast } from './cast.js';
export * from './comparison.js';
export * from './functions.js';
export * from './indexing.js';
export * from './joining.js';
export * from './matmul.js';
export { print } from './methods.js';
export * from './random.js';
export * from './reduction.js';
export * from './shape.js';
export * from './slicing.js';
export * from './softmax.js';
