// Saved models on the command line: found, loaded, and what was kept beside them.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '../io/errors.js';
import type { Model } from '../nn/models/index.js';
import { loadCheckpoint, loadLayersModel } from '../nn/saving/index.js';
import { UsageError } from './errors.js';
import { readMetadata, type ModelMetadata } from './metadata.js';
import { checkFile } from './table/file.js';
import { widthOf } from './table/encoding.js';

/** A model and what is known about it. */
export interface SavedModel {
  readonly path: string;
  readonly model: Model;
  /** null where it was not `hebb train` that saved it. */
  readonly metadata: ModelMetadata | null;
  /** Shape of one example. */
  readonly inputShape: readonly number[];
  /** Numbers that it gives for each example. */
  readonly outputs: number;
}

/**
 * Loads a model.
 * @param path what `hebb train --save` wrote, a directory with a model.json, or that file
 * @throws UsageError without a path; FormatError if it is damaged, or has several inputs or outputs
 */
export async function loadModel(path: string | undefined): Promise<SavedModel> {
  if (path === undefined) throw new UsageError('expected a saved model: what hebb train --save wrote');
  checkFile(path, 'a saved model');
  const json = join(path, 'model.json');
  const isLayersModel = path.endsWith('.json') || existsSync(json);
  const model = isLayersModel ? await loadLayersModel(`file://${path}`) : await loadCheckpoint(path);
  const metadata = readMetadata(model.getUserDefinedMetadata(), path);
  const inputShape = knownShape(model.inputShapes, 'input', path);
  const outputs = knownShape(model.outputShapes, 'output', path).reduce((n, d) => n * d, 1);
  if (metadata !== null) checkMetadata(metadata, inputShape, outputs, path);
  return { path, model, metadata, inputShape, outputs };
}

function knownShape(shapes: Model['inputShapes'], what: string, file: string): number[] {
  const [shape] = shapes;
  const known = shape.slice(1).filter((d) => d !== null);
  if (shapes.length === 1 && known.length === shape.length - 1) return known;
  throw new FormatError(file, `expected a model with one ${what} of a known shape`);
}

/** What was kept beside a model has to fit it. */
function checkMetadata(
  metadata: ModelMetadata,
  inputShape: readonly number[],
  outputs: number,
  file: string,
): void {
  const classes =
    metadata.input === 'pictures'
      ? metadata.classNames.length
      : metadata.target.kind === 'class'
        ? metadata.target.classNames.length
        : 1;
  const fits =
    outputs === classes &&
    (metadata.input === 'pictures'
      ? inputShape.length === 2
      : inputShape.length === 1 && inputShape[0] === widthOf(metadata));
  if (!fits) throw new FormatError(file, 'what hebb train kept beside the model does not fit it');
}
