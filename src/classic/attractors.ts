// Where a Hopfield network comes to rest: the stored patterns, their reverses (which have the same energy), and spurious
// states that nobody stored, mixtures of an odd number of patterns above all (Amit, Gutfreund, Sompolinsky 1985).

import { matMul, mul, randomUniformInt, sub } from '../ops/index.js';
import { tensor } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import type { HopfieldNetwork } from './hopfield.js';
import { checkPositiveCount } from './values.js';

/** Options of `findAttractors`. */
export interface FindAttractorsArgs {
  /** Random states to start from; default 200. */
  starts?: number;
  /** Of the random states; default: drawn from the default generator. */
  seed?: number;
}

/** A state of rest. */
export interface Attractor {
  /** [neurons], each +1 or -1. */
  readonly state: Tensor;
  readonly kind: 'stored' | 'reversed' | 'spurious';
  /** Number of the stored pattern that it is, or is the reverse of; of a spurious state, the one it is most like. */
  readonly pattern: number;
  /** Likeness with each stored pattern, from -1 to 1. */
  readonly overlaps: readonly number[];
  readonly energy: number;
  /** How many of the random states came to rest here. */
  readonly count: number;
  /**
   * Fraction of its neighbours (one neuron turned over) from which the network comes back: 1 for a stable state; a
   * metastable one loses some of them to another state.
   */
  readonly returns: number;
}

/** The states of rest found from random ones, the most frequent first. */
export function findAttractors(
  network: HopfieldNetwork,
  { starts = 200, seed }: FindAttractorsArgs,
): Attractor[] {
  checkPositiveCount(starts, 'findAttractors: starts');
  const { neurons, dtype } = network;
  const random = sub(mul(randomUniformInt([starts, neurons], 0, 2, seed).cast(dtype), 2), 1);
  const rest = network.recall(random, { seed });
  const groups = new Map<string, { state: Tensor; count: number }>();
  for (const state of rest.state.unstack()) {
    if (!network.isStable(state)[0]) continue;
    const key = state.dataSync().join();
    const group = groups.get(key);
    if (group) group.count++;
    else groups.set(key, { state, count: 1 });
  }
  return [...groups.values()]
    .sort((a, b) => b.count - a.count)
    .map(({ state, count }) => describe(network, state, count, seed));
}

function describe(
  network: HopfieldNetwork,
  state: Tensor,
  count: number,
  seed: number | undefined,
): Attractor {
  const overlaps = [...network.overlap(state).dataSync()];
  const pattern = overlaps.reduce((best, o, p) => (Math.abs(o) > Math.abs(overlaps[best]) ? p : best), 0);
  // The overlap is the mean of N numbers that are +1 or -1: whether it is 1 survives rounding.
  const isExact = (sign: number): boolean => Math.abs(overlaps[pattern] - sign) < 0.5 / network.neurons;
  return {
    state,
    kind: isExact(1) ? 'stored' : isExact(-1) ? 'reversed' : 'spurious',
    pattern,
    overlaps,
    energy: network.energy(state).dataSync()[0],
    count,
    returns: returnsTo(network, state, seed),
  };
}

/** Neighbours of a state that are tried at most. */
const neighboursTried = 100;

function returnsTo(network: HopfieldNetwork, state: Tensor, seed: number | undefined): number {
  const n = network.neurons;
  const tried = Math.min(n, neighboursTried);
  const original = state.dataSync();
  const neighbours = new Float64Array(tried * n);
  for (let row = 0; row < tried; row++) {
    neighbours.set(original, row * n);
    neighbours[row * n + Math.floor((row * n) / tried)] *= -1;
  }
  const ends = network.recall(tensor(neighbours, [tried, n]), { seed }).state;
  const likeness = matMul(ends, state.reshape([n, 1])).dataSync();
  return likeness.filter((sum) => sum === n).length / tried;
}
