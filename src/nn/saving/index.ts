// Saving and loading models, weights and checkpoints.

export { loadCheckpoint } from './load-checkpoint.js';
export { loadLayersModel, type LoadOptions } from './load.js';
export type { SaveOptions } from './save.js';
export type { LoadWeightsOptions } from './weights.js';
