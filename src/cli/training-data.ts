// The data of `hebb train`: the set that was asked for or, where MNIST is not to be had, Hebb's own digits, which never
// go by another name than their own.

import { datasets, DatasetUnavailableError, type Dataset, type DatasetProgress } from '../data/index.js';
import type { LabelledImages } from '../data/index.js';
import { unknownName } from '../platform/suggest.js';
import { UsageError } from './errors.js';

/** What to load. */
export interface DataRequest {
  readonly name: string;
  /** Training images to use; null for all. */
  readonly examples: number | null;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DatasetProgress) => void;
}

/** What was loaded. */
export interface TrainingData {
  /** The name of the data set that was asked for. */
  readonly requested: string;
  /** The data set there is; its `name` is the one to show. */
  readonly dataset: Dataset;
  /** Why it is another one than requested; null where it is the same. */
  readonly unavailable: DatasetUnavailableError | null;
}

/**
 * Loads a data set by its name.
 *
 * @throws UsageError if there is none of that name
 * @throws DatasetUnavailableError if a set other than MNIST is not to be had
 */
export async function loadTrainingData(request: DataRequest): Promise<TrainingData> {
  const { name, examples, signal, onProgress } = request;
  if (!(datasets.names as readonly string[]).includes(name)) {
    throw new UsageError(unknownName('data set', name, datasets.names));
  }
  const load = (which: string): Promise<Dataset> =>
    datasets.load(which, { signal, onProgress, count: examples ?? undefined });
  try {
    return { requested: name, dataset: limited(await load(name), examples), unavailable: null };
  } catch (error) {
    // Digits can stand in for digits; they would be no substitute for pictures of clothing.
    if (name !== 'mnist' || !(error instanceof DatasetUnavailableError)) throw error;
    return { requested: name, dataset: await load('digits'), unavailable: error };
  }
}

function limited(dataset: Dataset, examples: number | null): Dataset {
  return examples === null ? dataset : { ...dataset, train: first(dataset.train, examples) };
}

/** The first images of a set. */
function first({ images, labels }: LabelledImages, examples: number): LabelledImages {
  const count = Math.min(examples, images.shape[0]);
  return { images: images.slice([0], [count]), labels: labels.slice([0], [count]) };
}
