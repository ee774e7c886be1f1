// `model.save`: a model as TensorFlow.js keeps it.

import { ArgumentError } from '../../contract/errors.js';
import { fileSystem } from '../../io/files.js';
import type { IOHandler, ModelArtifacts, SaveResult } from '../../io/handlers.js';
import { parseJson, type JsonObject } from '../../io/json.js';
import { encodeWeightsSync, joinWeightData, type NamedTensor } from '../../io/weights.js';
import { version } from '../../platform/version.js';
import type { Model } from '../models/model.js';
import { toKeras } from './config.js';
import { trainingConfigOf } from './training-config.js';

/** How `model.save` saves. */
export interface SaveOptions {
  /** Whether to save how the model was compiled and the optimizer's state, too; default false. */
  includeOptimizer?: boolean;
  /** Whether to save only the weights that are trained; default false. */
  trainableOnly?: boolean;
}

/** The layers of a model in Keras' JSON. */
export function topologyOf(model: Model): JsonObject {
  return { ...toKeras(model), keras_version: `hebb ${version}`, backend: 'Hebb' };
}

/** Weights with their names; all of them differ. */
export function namedWeights(model: Model, trainableOnly = false): NamedTensor[] {
  if (!model.built) {
    throw new ArgumentError(
      'save: the model has no weights yet; give its first layer an inputShape, or call model.build([[null, ...]]).',
    );
  }
  const names = new Set<string>();
  return model.layers
    .flatMap((layer) => (trainableOnly ? layer.trainableWeights : layer.weights))
    .map((variable) => {
      const { name } = variable;
      if (names.has(name))
        throw new ArgumentError(`save: two weights are called ${name}; names of weights must differ.`);
      names.add(name);
      return { name, tensor: variable.snapshot_() };
    });
}

/**
 * What the user keeps with the model, as it will be read.
 * @throws FormatError if it would not be
 */
export function userDefined(model: Model): JsonObject | undefined {
  const metadata = model.getUserDefinedMetadata();
  if (!metadata) return undefined;
  return parseJson(new TextEncoder().encode(JSON.stringify(metadata)), 'userDefinedMetadata') as JsonObject;
}

/** All that is saved of a model. */
export function artifactsOf(
  model: Model,
  { includeOptimizer = false, trainableOnly }: SaveOptions = {},
): ModelArtifacts {
  const { data, specs } = encodeWeightsSync(namedWeights(model, trainableOnly));
  const userDefinedMetadata = userDefined(model);
  const artifacts: ModelArtifacts = {
    modelTopology: topologyOf(model),
    format: 'layers-model',
    generatedBy: `Hebb v${version}`,
    convertedBy: null,
    ...(userDefinedMetadata ? { userDefinedMetadata } : {}),
    weightSpecs: specs,
    weightData: data,
  };
  const compiled = model.compiledOrNull_;
  if (!includeOptimizer || !compiled) return artifacts;
  const optimizer = encodeWeightsSync(compiled.optimizer.savedState_(), 'optimizer');
  const all = joinWeightData([data, optimizer.data], 'save');
  return {
    ...artifacts,
    trainingConfig: trainingConfigOf(compiled),
    weightSpecs: [...specs, ...optimizer.specs],
    weightData: all.buffer as ArrayBuffer,
  };
}

/** `model.save`: see there. */
export async function saveModel(
  model: Model,
  target: string | IOHandler,
  options?: SaveOptions,
): Promise<SaveResult> {
  const handler = typeof target === 'string' ? fileSystem(target) : target;
  if (typeof handler?.save !== 'function') {
    throw new ArgumentError("save: expected 'file://directory' or a handler with a save method.");
  }
  return handler.save(artifactsOf(model, options));
}
