// What `verbose` prints: a line an epoch, and with verbose 1 the epoch's number before it starts.

import { Callback, type FitParams, type Logs } from './callback.js';

export function showLogs(logs: Logs | undefined): string {
  return Object.entries(logs ?? {})
    .map(
      ([name, value]) =>
        `${name}: ${Math.abs(value) >= 1e-3 || value === 0 ? value.toFixed(4) : value.toExponential(3)}`,
    )
    .join(' - ');
}

/** Prints to the console; `fit` adds it where `verbose` is 1 or 2. */
export class EpochPrinter extends Callback {
  private started = 0;
  private total: FitParams | null = null;

  override setParams(params: FitParams): void {
    super.setParams(params);
    this.total = params;
  }

  override onEpochBegin(epoch: number): void {
    this.started = Date.now();
    if (this.total?.verbose === 1) console.log(`Epoch ${epoch + 1} / ${this.total.epochs}`);
  }

  override onEpochEnd(epoch: number, logs?: Logs): void {
    const seconds = (Date.now() - this.started) / 1000;
    const rate = this.total ? ` - ${Math.round(this.total.samples / Math.max(seconds, 1e-3))} samples/s` : '';
    const head = this.total?.verbose === 1 ? '' : `Epoch ${epoch + 1} / ${this.total?.epochs ?? '?'} - `;
    console.log(`${head}${seconds.toFixed(2)} s${rate} - ${showLogs(logs)}`);
  }
}
