// Where random numbers come from: a key (the seed) and a counter of draws, in a Variable, so that programs advance it
// and checkpoints save it. The numbers themselves are made by the `random` kernel.

import { ArgumentError } from '../contract/errors.js';
import { Variable } from './variable.js';

/** A stream of random numbers: Philox 4x32-10 under a key. The same seed gives the same numbers everywhere. */
export class Generator {
  /** int32 [4]: key low, key high, draw low, draw high. */
  readonly state: Variable;

  /**
   * @param seed a whole number from 0 to 2^53 - 1
   * @param stream distinguishes generators of one seed; a whole number below 2^11
   */
  constructor(seed: number, stream = 0, name = 'generator') {
    this.state = new Variable(generatorKey(seed, stream), [4], 'int32', name, false);
  }

  /** Starts over with another seed. */
  setSeed(seed: number, stream = 0): void {
    this.state.write_(generatorKey(seed, stream));
  }
}

/** The first state of a generator: the seed's low word; above its 21 high bits, the stream; no draws yet. */
export function generatorKey(seed: number, stream = 0): Int32Array {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ArgumentError(`expected a seed that is a whole number from 0 to 2^53 - 1, got ${seed}.`);
  }
  const high = Math.floor(seed / 2 ** 32) + stream * 2 ** 21;
  return Int32Array.of(seed | 0, high | 0, 0, 0);
}

let standard: Generator | null = null;

/** The generator of everything that has no seed of its own; seeded from the clock unless `setSeed` was called. */
export function defaultGenerator(): Generator {
  return (standard ??= new Generator(Math.floor(Math.random() * 2 ** 53)));
}

/**
 * Seeds the default generator: initial weights, shuffling, dropout and random tensors repeat from here on.
 * @param seed a whole number from 0 to 2^53 - 1
 */
export function setSeed(seed: number): void {
  if (standard) standard.setSeed(seed);
  else standard = new Generator(seed);
}
