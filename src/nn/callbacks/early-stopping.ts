// Ends training once a figure no longer gets better.

import { ArgumentError } from '../../contract/errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { CallbackState } from '../models/place.js';
import { Callback, type Logs } from './callback.js';
import { Monitor, type MonitorMode } from './monitor.js';

/** Options of `callbacks.earlyStopping`. */
export interface EarlyStoppingArgs {
  /** Name of the figure in the logs; default 'val_loss'. */
  monitor?: string;
  /** The least change that counts as better; default 0. */
  minDelta?: number;
  /** Epochs in a row without getting better after which training ends; default 0: the first ends it. */
  patience?: number;
  /** 1 says in which epoch it ended; default 0. */
  verbose?: number;
  /** Whether the figure shall shrink ('min') or grow ('max'); default 'auto': accuracies shall grow. */
  mode?: MonitorMode;
  /** What the figure has to be better than from the first epoch on. */
  baseline?: number;
  /** Whether the model gets the weights of its best epoch when training ends; default false: it keeps the last ones. */
  restoreBestWeights?: boolean;
}

/** Ends training after the epoch in which a figure has not got better for `patience` epochs. */
export class EarlyStopping extends Callback {
  /** Number of the epoch after which training was ended; 0 where it was not. */
  stoppedEpoch = 0;
  private readonly monitor: Monitor;
  private readonly minDelta: number;
  private readonly patience: number;
  private wait = 0;
  private best: number;
  private bestWeights: readonly Tensor[] | null = null;

  constructor(private readonly args: EarlyStoppingArgs = {}) {
    super();
    const { monitor = 'val_loss', minDelta = 0, patience = 0, mode } = args;
    if (!(patience >= 0) || !Number.isFinite(minDelta)) {
      throw new ArgumentError(
        'earlyStopping: expected a patience of at least 0 and a minDelta that is a number.',
      );
    }
    this.monitor = new Monitor('earlyStopping', monitor, mode);
    this.minDelta = Math.abs(minDelta);
    this.patience = patience;
    this.best = args.baseline ?? this.monitor.worst;
  }

  override onTrainBegin(): void {
    this.wait = 0;
    this.stoppedEpoch = 0;
    this.best = this.args.baseline ?? this.monitor.worst;
    this.bestWeights = null;
  }

  override onEpochEnd(epoch: number, logs?: Logs): void {
    const figure = this.monitor.read(logs);
    if (figure === undefined || !this.model) return;
    const { restoreBestWeights = false } = this.args;
    // The first epoch is the best so far, also where it does not come up to the baseline.
    if (restoreBestWeights && !this.bestWeights) this.bestWeights = this.model.getWeights();
    if (this.monitor.isBetter(figure, this.best, this.minDelta)) {
      this.best = figure;
      this.wait = 0;
      if (restoreBestWeights) this.bestWeights = this.model.getWeights();
      return;
    }
    this.wait++;
    if (this.wait < this.patience) return;
    this.stoppedEpoch = epoch;
    this.model.stopTraining = true;
  }

  override onTrainEnd(): void {
    if (this.stoppedEpoch > 0 && this.args.verbose)
      console.log(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (this.bestWeights) this.model?.setWeights(this.bestWeights);
  }

  override saveState(): CallbackState {
    const { wait, best, stoppedEpoch } = this;
    const weights = (this.bestWeights ?? []).map((tensor, i) => [`weight_${i}`, tensor] as const);
    // JSON has no infinity.
    const values = { wait, stoppedEpoch, ...(Number.isFinite(best) ? { best } : {}) };
    return { values, tensors: Object.fromEntries(weights) };
  }

  override loadState({ values = {}, tensors = {} }: CallbackState): void {
    const { wait, best, stoppedEpoch } = values;
    if (typeof wait === 'number') this.wait = wait;
    if (typeof best === 'number') this.best = best;
    if (typeof stoppedEpoch === 'number') this.stoppedEpoch = stoppedEpoch;
    const weights = Object.keys(tensors).map((_, i) => tensors[`weight_${i}`]);
    if (weights.length > 0) this.bestWeights = weights;
  }
}
