// Callbacks: what a training run calls at its beginnings and ends. tfjs' hooks, as a class to extend or a plain object.

import type { Model } from '../models/model.js';
import type { CallbackState } from '../models/place.js';

/** Figures by name: `loss`, `acc`, `val_loss`, ...; in batch hooks also `batch` (its number) and `size`. */
export type Logs = Record<string, number>;

/** What a callback may know about the run. */
export interface FitParams {
  readonly epochs: number;
  readonly initialEpoch: number;
  /** Batches an epoch. */
  readonly steps: number;
  readonly batchSize: number;
  readonly samples: number;
  readonly verbose: number;
  readonly doValidation: boolean;
  readonly metrics: readonly string[];
}

/** How far a stretch of steps has come; see `onProgress`. */
export interface Progress {
  readonly epoch: number;
  /** Batches of this epoch that are done. */
  readonly step: number;
  readonly steps: number;
  /** Figures of this epoch so far. */
  readonly logs: Logs;
}

type Awaitable = void | Promise<void>;

/**
 * The hooks. All are awaited. `onBatchBegin` and `onBatchEnd` make training go step by step; without them whole epochs
 * run in one piece. `onProgress` does not: it is called between pieces, at most every 100 ms or so.
 */
export interface CallbackHooks {
  onTrainBegin?(logs?: Logs): Awaitable;
  onTrainEnd?(logs?: Logs): Awaitable;
  onEpochBegin?(epoch: number, logs?: Logs): Awaitable;
  onEpochEnd?(epoch: number, logs?: Logs): Awaitable;
  onBatchBegin?(batch: number, logs?: Logs): Awaitable;
  onBatchEnd?(batch: number, logs?: Logs): Awaitable;
  onProgress?(progress: Progress): void;
  setModel?(model: Model): void;
  setParams?(params: FitParams): void;
  /** What checkpoints keep of the callback, beside the training itself. */
  saveState?(): CallbackState;
  /** Gives back what `saveState` returned, after `onTrainBegin`, where training goes on from a checkpoint. */
  loadState?(state: CallbackState): void;
  /** Whether its hooks are called after those of the others, because it saves what they do. */
  readonly comesLast?: boolean;
}

/** Base class of callbacks; override the hooks you need. `this.model` and `this.params` are set before training. */
export abstract class Callback implements CallbackHooks {
  model: Model | null = null;
  params: FitParams | null = null;

  setModel(model: Model): void {
    this.model = model;
  }

  setParams(params: FitParams): void {
    this.params = params;
  }

  onTrainBegin?(logs?: Logs): Awaitable;
  onTrainEnd?(logs?: Logs): Awaitable;
  onEpochBegin?(epoch: number, logs?: Logs): Awaitable;
  onEpochEnd?(epoch: number, logs?: Logs): Awaitable;
  onBatchBegin?(batch: number, logs?: Logs): Awaitable;
  onBatchEnd?(batch: number, logs?: Logs): Awaitable;
  onProgress?(progress: Progress): void;
  saveState?(): CallbackState;
  loadState?(state: CallbackState): void;
  readonly comesLast?: boolean;
}
