// Hopfield's network (1982): a memory that completes what it is given a part of. All neurons, each +1 or -1, are
// connected with each other by symmetric weights and not with themselves; s_i becomes the sign of h_i = sum_j W_ij s_j.
// One neuron after the other (asynchronously) the energy E = -1/2 s W s never rises: the network comes to rest.

import type { FloatDType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import {
  add,
  equal,
  expandDims,
  gather,
  mul,
  permutation,
  scatterND,
  sign,
  sub,
  sum,
  transpose,
  where,
} from '../ops/index.js';
import { convert, defaultDtype, type TensorLike } from '../tensor/convert.js';
import { variable, zeros } from '../tensor/create.js';
import { Generator } from '../tensor/generator.js';
import type { Tensor } from '../tensor/tensor.js';
import { jit, repeat } from '../transform/index.js';
import { findAttractors, type Attractor, type FindAttractorsArgs } from './attractors.js';
import { HopfieldMemory, toStates, type StorageRule } from './hopfield-memory.js';
import { checkPositiveCount } from './values.js';

/** Options of `HopfieldNetwork`. */
export interface HopfieldNetworkArgs {
  /** Number of neurons. */
  neurons: number;
  /** How patterns become weights; default 'hebbian'. */
  rule?: StorageRule;
  /** 'float32' or 'float64'; default: what `setDefaultDtype` says. */
  dtype?: FloatDType;
}

/** Options of `recall`. */
export interface RecallArgs {
  /** One neuron after the other in random order, or all at once; default 'asynchronous'. */
  mode?: 'asynchronous' | 'synchronous';
  /** The most passes through all neurons; default 100. */
  maximumSweeps?: number;
  /** Of the orders; default: drawn from the default generator. */
  seed?: number;
  /** Whether to note the energy after each neuron rather than after each sweep; only for a single state, asynchronous. */
  everyUpdate?: boolean;
}

/** What `recall` came to. */
export interface Recall {
  /** Of the shape of what was given. */
  readonly state: Tensor;
  /** Sweeps made; in the last one nothing changed, if it converged. */
  readonly sweeps: number;
  /** Whether all states came to rest. Synchronous runs can end in a cycle of two states instead. */
  readonly converged: boolean;
  /** Energy of each state at the start and after each sweep, [sweeps + 1][states]; or, of one state, after each update. */
  readonly energies: readonly (readonly number[])[];
}

/** A network of N neurons that are +1 or -1. */
export class HopfieldNetwork {
  readonly neurons: number;
  readonly rule: StorageRule;
  readonly dtype: FloatDType;
  private memory: HopfieldMemory | null = null;

  constructor({ neurons, rule = 'hebbian', dtype = defaultDtype() }: HopfieldNetworkArgs) {
    checkPositiveCount(neurons, 'HopfieldNetwork: neurons');
    if (rule !== 'hebbian' && rule !== 'pseudoInverse') {
      throw new ArgumentError(
        `HopfieldNetwork: expected a rule 'hebbian' or 'pseudoInverse', got '${String(rule)}'.`,
      );
    }
    this.neurons = neurons;
    this.rule = rule;
    this.dtype = dtype;
  }

  /**
   * Stores patterns, beside those that are there.
   * @param patterns [patterns, neurons] or [neurons], each element +1 or -1
   * @throws ArgumentError on other shapes or elements, or a pattern that the pseudo-inverse rule cannot tell from others
   */
  store(patterns: TensorLike): void {
    const states = this.states(patterns, 'HopfieldNetwork.store').clone();
    this.memory = this.memory ? this.memory.with(states) : new HopfieldMemory(states, this.rule);
  }

  /** The stored patterns, [patterns, neurons]. */
  get patterns(): Tensor {
    return this.memory?.patterns ?? zeros([0, this.neurons], this.dtype);
  }

  /**
   * The weights, [neurons, neurons]: symmetric, zero on the diagonal. Made for looking at: recall does without.
   */
  weights(): Tensor {
    return this.stored().weights();
  }

  /** The inputs of all neurons, h = W s: of the shape of the states, [neurons] or [states, neurons]. */
  fields(states: TensorLike): Tensor {
    const memory = this.stored();
    const s = this.states(states, 'HopfieldNetwork.fields');
    return mul(memory.fields(s), memory.scale).reshape(convert(states, 'HopfieldNetwork').shape);
  }

  /** E = -1/2 s . W s of each state, [states]. */
  energy(states: TensorLike): Tensor {
    const memory = this.stored();
    return energyOf(memory, this.states(states, 'HopfieldNetwork.energy'));
  }

  /** Likeness with each stored pattern, [states, patterns]: the mean of s_i x_i, from -1 (its reverse) to 1 (the same). */
  overlap(states: TensorLike): Tensor {
    return this.stored().overlaps(this.states(states, 'HopfieldNetwork.overlap')).div(this.neurons);
  }

  /** Whether each state stays as it is under any update, [states]. */
  isStable(states: TensorLike): boolean[] {
    const s = this.states(states, 'HopfieldNetwork.isStable');
    const changed = sum(equal(updated(s, this.stored().fields(s)), s).cast('int32'), 1).dataSync();
    return Array.from(changed, (same) => same === this.neurons);
  }

  /**
   * Runs states until they come to rest.
   * @param states [neurons], or [states, neurons], which run side by side, in the same order of neurons
   */
  recall(states: TensorLike, args: RecallArgs = {}): Recall {
    const { mode = 'asynchronous', maximumSweeps = 100, seed, everyUpdate = false } = args;
    checkPositiveCount(maximumSweeps, 'HopfieldNetwork.recall: maximumSweeps');
    const given = convert(states, 'HopfieldNetwork.recall');
    let s = this.states(given, 'HopfieldNetwork.recall');
    if (everyUpdate && (s.shape[0] > 1 || mode === 'synchronous')) {
      throw new ArgumentError(
        'HopfieldNetwork.recall: everyUpdate expects a single state and asynchronous updates.',
      );
    }
    const memory = this.stored();
    const energies = [Array.from(energyOf(memory, s).dataSync())];
    const sweep =
      mode === 'asynchronous' ? asynchronousSweep(memory, s.shape[0], seed) : synchronousSweep(memory);
    let converged = false;
    let sweeps = 0;
    while (!converged && sweeps < maximumSweeps) {
      const { next, drops } = sweep(s);
      sweeps++;
      converged = sum(equal(next, s).cast('int32')).dataSync()[0] === s.size;
      s = next;
      // An update that changes s_i by d changes E by -h_i d; the sum begins where the last one ended.
      if (everyUpdate && drops)
        for (const drop of drops.dataSync()) energies.push([energies.at(-1)![0] - drop]);
      else energies.push(Array.from(energyOf(memory, s).dataSync()));
    }
    return { state: s.reshape(given.shape), sweeps, converged, energies };
  }

  /** Where random states come to rest: stored patterns, their reverses, and the spurious states that nobody stored. */
  findAttractors(args: FindAttractorsArgs = {}): Attractor[] {
    return findAttractors(this, args);
  }

  private states(values: TensorLike, what: string): Tensor {
    return toStates(convert(values, what, this.dtype), this.neurons, this.dtype, what);
  }

  private stored(): HopfieldMemory {
    if (this.memory) return this.memory;
    throw new ArgumentError('HopfieldNetwork: nothing is stored yet; call store(patterns) first.');
  }
}

/** The sign of the field; where that is 0, the neuron stays. */
function updated(states: Tensor, fields: Tensor): Tensor {
  return where(equal(fields, 0), states, sign(fields));
}

function energyOf(memory: HopfieldMemory, states: Tensor): Tensor {
  return mul(sum(mul(states, memory.fields(states)), 1), -memory.scale / 2);
}

/** States after each neuron was updated once, and by how much each update lowered the energy, [neurons, states]. */
type Sweep = (states: Tensor) => { next: Tensor; drops: Tensor | null };

function synchronousSweep(memory: HopfieldMemory): Sweep {
  return (states) => ({ next: updated(states, memory.fields(states)), drops: null });
}

/**
 * One neuron after the other, in a new random order each sweep, as one program: with the overlaps m = X s at hand, the
 * field of neuron i is h_i = m . y_i - diagonal_i s_i, and a change d of s_i changes m by d x_i; a turn touches P numbers.
 */
function asynchronousSweep(memory: HopfieldMemory, count: number, seed: number | undefined): Sweep {
  const { columns, pulls, diagonal, scale } = memory;
  const [neurons, patterns] = columns.shape;
  const generator = seed === undefined ? undefined : new Generator(seed);
  const m = variable(zeros([count, patterns], columns.dtype), false, 'overlaps');
  const turns = jit((states: Tensor, order: Tensor) => {
    m.assign(memory.overlaps(states));
    const inOrder = (t: Tensor): Tensor => gather(t, order);
    const slices = {
      x: inOrder(columns),
      y: inOrder(pulls),
      d: inOrder(diagonal),
      s: inOrder(transpose(states)),
    };
    return repeat(neurons, slices, ({ x, y, d, s }) => {
      const h = sub(sum(mul(m, y), 1), mul(d, s));
      const next = updated(s, h);
      const change = sub(next, s);
      m.assign(add(m, mul(expandDims(change, 1), x)));
      return [next, mul(h, change)];
    });
  });
  return (states) => {
    const order = permutation(neurons, generator);
    const [next, drops] = turns(states, order);
    const placed = scatterND(expandDims(order, 1), next, [neurons, count]);
    return { next: transpose(placed), drops: mul(drops, scale) };
  };
}
