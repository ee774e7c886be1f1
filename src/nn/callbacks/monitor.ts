// Figures that callbacks watch: which one, and whether more or less of it is better.

import { ArgumentError } from '../../contract/errors.js';
import { unknownName } from '../../platform/suggest.js';
import type { Logs } from './callback.js';

/** 'auto': accuracies shall grow, everything else shall shrink. */
export type MonitorMode = 'auto' | 'min' | 'max';

const modes: readonly string[] = ['auto', 'min', 'max'];

/** Tells which of two figures is better. */
export class Monitor {
  /** Whether larger figures are better. */
  readonly grows: boolean;
  private hasWarned = false;

  /**
   * @param owner who watches, for messages
   * @param name of the figure in the logs
   */
  constructor(
    private readonly owner: string,
    readonly name: string,
    mode: MonitorMode = 'auto',
  ) {
    if (!modes.includes(mode)) throw new ArgumentError(`${owner}: ${unknownName('mode', mode, modes)}.`);
    this.grows = mode === 'max' || (mode === 'auto' && /acc|auc|precision|recall|f1/i.test(name));
  }

  /** What every figure is better than. */
  get worst(): number {
    return this.grows ? -Infinity : Infinity;
  }

  /** Whether `figure` is better than `best` by more than `minimum`. */
  isBetter(figure: number, best: number, minimum = 0): boolean {
    return this.grows ? figure - minimum > best : figure + minimum < best;
  }

  /** The figure; undefined, with one warning, where the logs do not have it. */
  read(logs: Logs | undefined): number | undefined {
    const figure = logs?.[this.name];
    if (figure === undefined && !this.hasWarned) {
      this.hasWarned = true;
      const names = Object.keys(logs ?? {}).filter((name) => name !== 'batch' && name !== 'size');
      console.warn(`hebb: ${this.owner}: ${unknownName('figure', this.name, names)}; nothing is done`);
    }
    return figure;
  }
}
