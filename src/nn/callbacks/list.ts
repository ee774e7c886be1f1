// The callbacks of one training run, called in order, each awaited.

import { ArgumentError } from '../../contract/errors.js';
import type { Model } from '../models/model.js';
import type { Resumption } from '../models/place.js';
import type { CallbackHooks, FitParams, Logs, Progress } from './callback.js';

type AsyncHook =
  'onTrainBegin' | 'onTrainEnd' | 'onEpochBegin' | 'onEpochEnd' | 'onBatchBegin' | 'onBatchEnd';

export class CallbackList {
  private readonly callbacks: readonly CallbackHooks[];

  constructor(callbacks: CallbackHooks | readonly CallbackHooks[] | undefined) {
    const list = callbacks === undefined ? [] : Array.isArray(callbacks) ? callbacks : [callbacks];
    for (const callback of list as readonly CallbackHooks[]) {
      if (callback === null || typeof callback !== 'object') {
        throw new ArgumentError(
          `fit: expected callbacks that are objects with hooks such as onEpochEnd, or instances of Callback, got ${String(callback)}.`,
        );
      }
    }
    const isLast = (c: CallbackHooks): number => (c.comesLast === true ? 1 : 0);
    // Sorting keeps the order of equals.
    this.callbacks = [...(list as readonly CallbackHooks[])].sort((a, b) => isLast(a) - isLast(b));
  }

  /** States for a checkpoint. */
  saveStates(): Resumption['callbacks'] {
    return this.callbacks.map((c) => ({ name: c.constructor.name, state: c.saveState?.() ?? {} }));
  }

  /** Gives states back to the callbacks of the same place and class. */
  loadStates(states: Resumption['callbacks']): void {
    this.callbacks.forEach((c, i) => {
      if (states[i]?.name === c.constructor.name) c.loadState?.(states[i].state);
    });
  }

  /** Whether some callback has one of these hooks. */
  has(...hooks: (keyof CallbackHooks)[]): boolean {
    return this.callbacks.some((c) => hooks.some((h) => typeof c[h] === 'function'));
  }

  begin(model: Model, params: FitParams): void {
    for (const c of this.callbacks) {
      c.setParams?.(params);
      c.setModel?.(model);
    }
  }

  async call(hook: 'onTrainBegin' | 'onTrainEnd', logs?: Logs): Promise<void>;
  async call(
    hook: Exclude<AsyncHook, 'onTrainBegin' | 'onTrainEnd'>,
    index: number,
    logs?: Logs,
  ): Promise<void>;
  async call(hook: AsyncHook, first?: number | Logs, second?: Logs): Promise<void> {
    for (const c of this.callbacks) {
      if (typeof c[hook] === 'function')
        await (c[hook] as (a?: number | Logs, b?: Logs) => unknown).call(c, first, second);
    }
  }

  progress(progress: Progress): void {
    for (const c of this.callbacks) c.onProgress?.(progress);
  }
}
