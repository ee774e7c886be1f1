// Finding the checkpoint to go on from: a file, or the newest whole one of a directory.

import { platform } from '#platform';
import { FormatError } from '../../io/errors.js';
import { pathOf, type FileOptions } from '../../io/files.js';
import type { Model } from '../models/model.js';
import type { Place } from '../models/place.js';
import { readCheckpoint, restoreCheckpoint, type Checkpoint } from './checkpoint.js';

const ending = '.safetensors';

/** Files of a directory, the newest first; of two of the same moment the one whose numbers are higher. */
export async function newestFirst(directory: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const names = (await platform.list(directory)).filter(isWanted);
  const files = await Promise.all(
    names.map(async (name) => {
      const path = platform.joinPath(directory, name);
      return { name, path, status: await platform.status(path) };
    }),
  );
  return files
    .filter(({ status }) => status !== undefined && !status.isDirectory)
    .sort(
      (a, b) =>
        (b.status?.modified ?? 0) - (a.status?.modified ?? 0) ||
        b.name.localeCompare(a.name, undefined, { numeric: true }),
    )
    .map(({ path }) => path);
}

/**
 * The checkpoint at `path`; of a directory, the newest of its `.safetensors` files that is a whole checkpoint.
 * @returns null where there is none
 * @throws FormatError if the file is damaged, or every checkpoint of the directory is
 */
export async function findCheckpoint(path: string, options?: FileOptions): Promise<Checkpoint | null> {
  const place = pathOf(path, 'resumeFrom');
  const status = await platform.status(place);
  if (!status) return null;
  if (!status.isDirectory) return readCheckpoint(place, options);
  let failure: FormatError | null = null;
  for (const file of await newestFirst(place, (name) => name.endsWith(ending))) {
    try {
      return await readCheckpoint(file, options);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      // An older one is better than none, but not in silence.
      console.warn(`hebb: passed over ${error.message}`);
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return null;
}

/** `model.resumeFrom`: see there. */
export async function resumeFrom(model: Model, path: string, options?: FileOptions): Promise<Place | null> {
  model.compiled_('resumeFrom');
  const checkpoint = await findCheckpoint(path, options);
  return checkpoint && restoreCheckpoint(model, checkpoint);
}
