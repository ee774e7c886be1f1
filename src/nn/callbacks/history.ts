// What `fit` returns.

import type { FitParams, Logs } from './callback.js';

/** The figures of each epoch of a training run. */
export class History {
  /** Numbers of the epochs that were completed. */
  readonly epoch: number[] = [];
  /** name -> one figure an epoch: `history.loss`, `history.acc`, `history.val_loss`, ... */
  readonly history: Record<string, number[]> = {};

  /** @internal */
  constructor(readonly params: FitParams) {}

  /** @internal */
  addAll(first: number, columns: Readonly<Record<string, readonly number[]>>): void {
    for (const [name, values] of Object.entries(columns)) {
      const kept = (this.history[name] ??= []);
      for (let i = 0; i < values.length; i++) kept.push(values[i]);
      while (this.epoch.length < kept.length) this.epoch.push(first++);
    }
  }

  /** @internal */
  add(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
}
