// `--save` and `--resume`: a checkpoint after each epoch and where training is interrupted, and going on from it.

import { FormatError } from '../io/errors.js';
import { platform } from '#platform';
import { callbacks, type CallbackHooks } from '../nn/callbacks/index.js';
import type { Model, Place } from '../nn/models/index.js';
import { restoreCheckpoint, type Checkpoint } from '../nn/saving/checkpoint.js';
import { findCheckpoint } from '../nn/saving/newest.js';
import { UsageError } from './errors.js';
import { asUserDefined, readMetadata } from './metadata.js';
import type { TrainValues } from './network.js';
import type { Problem } from './problem.js';

/** What was asked for. */
export interface Saving {
  /** Where the checkpoint is, or will be. */
  readonly file: string;
  /** What to go on from; null to begin anew. */
  readonly checkpoint: Checkpoint | null;
  /** Of the training that goes on: its rows were drawn with it. null where a new one begins. */
  readonly seed: number | null;
}

/**
 * Looks at what is there to go on from; null where nothing is to be saved.
 * @throws UsageError on options that contradict each other or the checkpoint
 * @throws FormatError if the checkpoint is damaged
 */
export async function openSaving({ save: file, resume, seed }: TrainValues): Promise<Saving | null> {
  if (file === null) {
    if (resume) throw new UsageError('--resume needs --save FILE, the file to go on from');
    return null;
  }
  if ((await platform.status(file))?.isDirectory) throw new UsageError(`--save: ${file} is a directory`);
  // What cannot be written shall not come out after an epoch.
  await platform.makeDirectory(platform.splitPath(file)[0]);
  const checkpoint = resume ? await findCheckpoint(file) : null;
  const given = (checkpoint?.user as { readonly seed?: unknown } | undefined)?.seed;
  const made = Number.isSafeInteger(given) ? (given as number) : null;
  if (seed !== null && made !== null && seed !== made) {
    throw new UsageError(`${file} was trained with --seed ${made}; leave --seed out, or --resume`);
  }
  return { file, checkpoint, seed: made };
}

/**
 * Keeps with the model what later commands need, and puts it into the state of the checkpoint.
 * @returns the place to go on from; null at the beginning
 */
export function beginSaving(
  saving: Saving | null,
  model: Model,
  problem: Problem,
  seed: number,
): Place | null {
  model.setUserDefinedMetadata({ ...asUserDefined(problem.metadata), seed });
  const { checkpoint, file } = saving ?? {};
  if (!checkpoint) return null;
  const trainedOn = readMetadata(checkpoint.user, checkpoint.file)?.dataset;
  const { dataset } = problem.metadata;
  if (trainedOn !== undefined && trainedOn !== dataset) {
    throw new FormatError(
      checkpoint.file,
      `it was trained on ${trainedOn}, and ${dataset} is something else`,
    );
  }
  try {
    return restoreCheckpoint(model, checkpoint);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const message = `${error.message.replace(`${file}: `, '')}; --resume needs the options it was trained with`;
    throw new FormatError(checkpoint.file, message, { cause: error });
  }
}

/** What saves each epoch. */
export function savingCallbacks(saving: Saving | null): CallbackHooks[] {
  return saving ? [callbacks.modelCheckpoint({ filepath: saving.file })] : [];
}
