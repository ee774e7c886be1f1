// `loadCheckpoint`: the model of a checkpoint, for prediction or to train on.

import { ArgumentError } from '../../contract/errors.js';
import type { FileOptions } from '../../io/files.js';
import type { Sequential } from '../models/sequential.js';
import { findCheckpoint } from './newest.js';
import { modelFromCheckpoint } from './load.js';

/**
 * The model of a checkpoint, compiled as it was (unless its loss was a function), with the optimizer's state. To go on
 * with the training, call `model.resumeFrom` with the same path then.
 * @param path a file, or a directory: the newest checkpoint in it
 * @throws FormatError if there is none, or it is damaged
 */
export async function loadCheckpoint(path: string, options?: FileOptions): Promise<Sequential> {
  const checkpoint = await findCheckpoint(path, options);
  if (!checkpoint) throw new ArgumentError(`loadCheckpoint: there is no checkpoint at ${path}.`);
  return modelFromCheckpoint(checkpoint);
}
