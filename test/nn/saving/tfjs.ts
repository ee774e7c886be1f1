// The real TensorFlow.js, to compare with: its layers on its plain JavaScript backend.

import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { ModelArtifacts } from '../../../src/io/handlers.js';

export { tf, tfl };
export type { TfTensor };

/** What TensorFlow.js saves of a model. */
export async function savedByTf(model: tfl.LayersModel, includeOptimizer = false): Promise<ModelArtifacts> {
  let saved: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  await model.save(handler, { includeOptimizer });
  return saved as unknown as ModelArtifacts;
}

/** What TensorFlow.js makes of artifacts. */
export function loadedByTf(artifacts: ModelArtifacts): Promise<tfl.LayersModel> {
  return tfl.loadLayersModel(tf.io.fromMemory(artifacts));
}

/** TensorFlow.js' handler of files, as its package for Node has it, for both directions. */
export function tfArtifactsOf(json: Record<string, unknown>, weights: ArrayBuffer): tf.io.ModelArtifacts {
  const manifest = json.weightsManifest as { weights: tf.io.WeightsManifestEntry[] }[];
  return {
    modelTopology: json.modelTopology as object,
    trainingConfig: json.trainingConfig as tf.io.TrainingConfig,
    weightSpecs: manifest.flatMap((group) => group.weights),
    weightData: weights,
  };
}
