// Watches a training run: takes the time, and passes on how it goes.

import type { CallbackHooks, Logs } from '../nn/callbacks/index.js';
import type { Report } from './report.js';

/** Takes the time of a training run and passes on how it goes. */
export class Watch implements CallbackHooks {
  /** Of each epoch that is done. */
  readonly seconds: number[] = [];
  /** Updates an epoch. */
  steps = 1;
  private samples = 0;
  private epochBegan = 0;
  private trainingBegan = 0;

  constructor(
    private readonly dataset: string,
    private readonly epochs: number,
    private readonly report: Report,
    /** Where training goes on from; null at its beginning. */
    private readonly start: { readonly epoch: number; readonly step: number } | null = null,
  ) {}

  setParams({ steps, samples }: { readonly steps: number; readonly samples: number }): void {
    this.steps = steps;
    this.samples = samples;
  }

  onTrainBegin(): void {
    this.trainingBegan = performance.now();
  }

  onEpochBegin(): void {
    this.epochBegan = performance.now();
  }

  onProgress({ epoch, step, steps, logs }: { epoch: number; step: number; steps: number; logs: Logs }): void {
    const now = performance.now();
    const inEpoch = (now - this.epochBegan) / 1000;
    // Of the whole run, with validation: what is still to come will be like it.
    const done = epoch * steps + step;
    const before = this.start ? this.start.epoch * steps + this.start.step : 0;
    const perStep = (now - this.trainingBegan) / 1000 / (done - before);
    this.report.progress({
      epoch: epoch + 1,
      epochs: this.epochs,
      step,
      steps,
      samplesPerSecond: step > 0 ? ((step / steps) * this.samples) / inEpoch : null,
      secondsLeft: done > before ? (this.epochs * steps - done) * perStep : null,
      figures: logs,
    });
  }

  onEpochEnd(epoch: number, logs: Logs = {}): void {
    const seconds = (performance.now() - this.epochBegan) / 1000;
    this.seconds.push(seconds);
    this.report.epoch({
      dataset: this.dataset,
      epoch: epoch + 1,
      epochs: this.epochs,
      seconds,
      samplesPerSecond: this.samples / seconds,
      figures: logs,
    });
  }
}
