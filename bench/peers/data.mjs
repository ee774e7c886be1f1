// The samples that all contestants train on, from two files that run.mjs writes: images.u8 (784 bytes each), labels.u8.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { epochSteps } from './works.mjs';

export const batchSize = 128;

const read = (name) => readFileSync(join(process.env.BENCH_DATA, name));

/** Pixels, 0 to 255, of the first samples. */
export const images = (count) => new Uint8Array(read('images.u8')).subarray(0, count * 784);

/** Their classes. */
export const labels = (count) => new Uint8Array(read('labels.u8')).subarray(0, count);

/** Pixels as floats from 0 to 1. */
export const scaledImages = (count) => Float32Array.from(images(count), (x) => x / 255);

/** Samples of `steps` batches, and by what to multiply their time for an epoch. */
export function epochOf(steps = epochSteps) {
  if (steps >= epochSteps) return { samples: 60_000, scale: 1 };
  return { samples: steps * batchSize, scale: 60_000 / (steps * batchSize) };
}
