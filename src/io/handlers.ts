// What a saved model consists of, and handlers: objects that keep it somewhere. TensorFlow.js' interfaces, so that its
// handlers and artifacts serve here and Hebb's serve there.

import { ArgumentError } from '../contract/errors.js';
import type { WeightData, WeightSpec } from './weights.js';

/** A model as it is saved: its layers, its weights, how it was compiled. */
export interface ModelArtifacts {
  /** Layers and how they are connected, as `{class_name, config}`. */
  modelTopology?: object;
  /** Loss, metrics and optimizer, with `includeOptimizer`. */
  trainingConfig?: object;
  /** Names, shapes and dtypes of the weights, in the order of their bytes. */
  weightSpecs?: WeightSpec[];
  weightData?: WeightData;
  /** `layers-model`. */
  format?: string;
  generatedBy?: string;
  convertedBy?: string | null;
  /** Whatever JSON the user wants to keep with the model. */
  userDefinedMetadata?: object;
}

/** Sizes of what was saved. */
export interface ModelArtifactsInfo {
  dateSaved: Date;
  modelTopologyType: 'JSON';
  modelTopologyBytes?: number;
  weightSpecsBytes?: number;
  weightDataBytes?: number;
}

/** What `model.save` returns. */
export interface SaveResult {
  modelArtifactsInfo: ModelArtifactsInfo;
}

/** Keeps models somewhere. */
export interface IOHandler {
  save?(artifacts: ModelArtifacts): Promise<SaveResult> | SaveResult;
  load?(): Promise<ModelArtifacts> | ModelArtifacts;
}

const jsonBytes = (value: object | undefined): number =>
  value === undefined ? 0 : new TextEncoder().encode(JSON.stringify(value)).length;

/** Sizes of the parts. */
export function infoOf(artifacts: ModelArtifacts): ModelArtifactsInfo {
  const { modelTopology, weightSpecs, weightData } = artifacts;
  const parts = weightData === undefined ? [] : Array.isArray(weightData) ? weightData : [weightData];
  return {
    dateSaved: new Date(),
    modelTopologyType: 'JSON',
    modelTopologyBytes: jsonBytes(modelTopology),
    weightSpecsBytes: jsonBytes(weightSpecs),
    weightDataBytes: (parts as readonly ArrayBuffer[]).reduce((sum, part) => sum + part.byteLength, 0),
  };
}

/**
 * A handler that loads what is in memory: artifacts, or a topology with specs and bytes of its weights.
 * @example const copy = await loadLayersModel(io.fromMemory(artifacts));
 */
export function fromMemory(
  artifacts: ModelArtifacts | object,
  weightSpecs?: WeightSpec[],
  weightData?: WeightData,
  trainingConfig?: object,
): Required<Pick<IOHandler, 'load'>> {
  const whole =
    weightSpecs === undefined && 'modelTopology' in artifacts
      ? artifacts
      : { modelTopology: artifacts, weightSpecs, weightData, trainingConfig };
  return { load: () => Promise.resolve(whole) };
}

/**
 * A handler that gives what is saved to a function.
 * @example await model.save(io.withSaveHandler(async (artifacts) => { ...; return {modelArtifactsInfo: ...}; }));
 */
export function withSaveHandler(
  save: (artifacts: ModelArtifacts) => Promise<SaveResult> | SaveResult,
): Required<Pick<IOHandler, 'save'>> {
  if (typeof save !== 'function')
    throw new ArgumentError('withSaveHandler: expected a function of the artifacts.');
  return { save: async (artifacts) => save(artifacts) };
}
