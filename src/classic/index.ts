// The classic models, from one neuron up, written to be read: each is a page of ordinary Hebb.

export {
  ablationCurve,
  importanceOfNeurons,
  withoutNeurons,
  type AblationArgs,
  type AblationPoint,
} from './ablation.js';
export type { Attractor, FindAttractorsArgs } from './attractors.js';
export { HopfieldNetwork, type HopfieldNetworkArgs, type Recall, type RecallArgs } from './hopfield.js';
export type { StorageRule } from './hopfield-memory.js';
export { LinearRegression, type DescentArgs, type LinearRegressionArgs } from './linear-regression.js';
export { ModernHopfieldNetwork, type ModernHopfieldNetworkArgs } from './modern-hopfield.js';
export {
  naiveAdd,
  naiveAddMatrixAndVector,
  naiveMatrixDot,
  naiveMatrixVectorDot,
  naiveRelu,
  naiveVectorDot,
  type PlainMatrix,
  type PlainVector,
} from './naive.js';
export { Network221, type Network221Args, type Network221Gradients } from './network-221.js';
export { Neuron, type NeuronArgs } from './neuron.js';
export { NotSeparableError, type InseparabilityProof } from './not-separable.js';
export {
  Perceptron,
  type PerceptronArgs,
  type PerceptronFitArgs,
  type PerceptronHistory,
  type PerceptronVariant,
} from './perceptron.js';
export { toCategorical, truthTables, twoMoons, type TwoMoonsArgs } from './textbook-data.js';
export { TwoLayerNetwork, type TwoLayerNetworkArgs } from './two-layer-network.js';
