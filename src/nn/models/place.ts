// Where a training run stands: what `fit` keeps up to date, checkpoints save and a later `fit` goes on from.

import type { Tensor } from '../../tensor/tensor.js';
import type { Config } from '../config/fields.js';

/** A place in a training run, between two steps. */
export interface Place {
  /** Number of the epoch that is under way or, with step 0, comes next; from 0. */
  readonly epoch: number;
  /** Batches of that epoch that are done. All of them: what follows an epoch (validation, callbacks) is still to do. */
  readonly step: number;
  /** Examples a batch. */
  readonly batchSize: number;
  /** Examples an epoch. */
  readonly samples: number;
  readonly shuffle: boolean;
  /** Whether a callback has ended the training. */
  readonly stopped: boolean;
}

/** What a callback wants to find again when training goes on from a checkpoint. */
export interface CallbackState {
  readonly values?: Config;
  readonly tensors?: Readonly<Record<string, Tensor>>;
}

/** What the next `fit` goes on from: a place, and the states of its callbacks, by their place in the list. */
export interface Resumption {
  readonly place: Place;
  readonly callbacks: readonly { readonly name: string; readonly state: CallbackState }[];
}
