// Saves the model while it is trained: each epoch, or every so many batches, all or only the best.

import { platform } from '#platform';
import { ArgumentError } from '../../contract/errors.js';
import { pathOf } from '../../io/files.js';
import { newestFirst } from '../saving/newest.js';
import type { CallbackState } from '../models/place.js';
import { Callback, type Logs } from './callback.js';
import { Monitor, type MonitorMode } from './monitor.js';

/** Options of `callbacks.modelCheckpoint`. */
export interface ModelCheckpointArgs {
  /**
   * Where to save. `{epoch}` (from 1), `{batch}` and names of figures are filled in, with Python's formats:
   * `model-{epoch:03d}-{val_loss:.4f}.safetensors`; else each save takes the place of the one before.
   */
  filepath: string;
  /** 'epoch' (the default), or a number of batches; the latter makes training go step by step. */
  saveFreq?: 'epoch' | number;
  /** Whether to save only where the figure is better than ever; default false. */
  saveBestOnly?: boolean;
  /** Name of the figure; default 'val_loss'. */
  monitor?: string;
  /** Whether the figure shall shrink ('min') or grow ('max'); default 'auto': accuracies shall grow. */
  mode?: MonitorMode;
  /** How many files to keep where their names differ: older ones are deleted. Default: all. */
  keep?: number;
  /** Whether to save the weights alone, which are not enough to go on with the training; default false. */
  saveWeightsOnly?: boolean;
}

/** A place in the name of a file: `{name}`, `{name:04d}`, `{name:.3f}`. */
const placeholder = /\{(\w+)(?::(\d*)(?:\.(\d+))?([df])?)?\}/g;

/** What a save that did not come to its end leaves behind. */
const temporary = /\.[0-9a-f]{12}\.tmp$/;

/** Saves checkpoints, from which `model.resumeFrom` goes on. */
export class ModelCheckpoint extends Callback {
  /** What the other callbacks do at the end of an epoch is part of what is saved. */
  override readonly comesLast = true;
  /** The last file that was saved. */
  lastPath: string | null = null;
  private readonly path: string;
  private readonly monitor: Monitor | null;
  private readonly every: number | null;
  private best: number;
  private epoch = 0;

  constructor(private readonly args: ModelCheckpointArgs) {
    super();
    const {
      filepath,
      saveFreq = 'epoch',
      saveBestOnly = false,
      monitor = 'val_loss',
      mode,
      keep,
    } = args ?? {};
    this.path = pathOf(filepath, 'modelCheckpoint');
    const isCount = (x: number): boolean => Number.isInteger(x) && x >= 1;
    if (saveFreq !== 'epoch' && !isCount(saveFreq)) {
      throw new ArgumentError(
        `modelCheckpoint: expected a saveFreq of 'epoch' or a number of batches, got ${saveFreq}.`,
      );
    }
    if (keep !== undefined && !isCount(keep)) {
      throw new ArgumentError(`modelCheckpoint: expected to keep at least 1 file, got ${keep}.`);
    }
    const [directory, name] = platform.splitPath(this.path);
    if (keep !== undefined && (directory.search(placeholder) >= 0 || name.search(placeholder) < 0)) {
      throw new ArgumentError(
        "modelCheckpoint: keep counts files of different names; put {epoch} into the file's name, and there only.",
      );
    }
    this.every = saveFreq === 'epoch' ? null : saveFreq;
    this.monitor = saveBestOnly ? new Monitor('modelCheckpoint', monitor, mode) : null;
    this.best = this.monitor?.worst ?? 0;
    // Hooks of batches make training go step by step, so it is only there where it is needed.
    if (this.every !== null) this.onBatchEnd = this.afterBatch;
  }

  override async onTrainBegin(): Promise<void> {
    this.best = this.monitor?.worst ?? 0;
    for (const path of await this.ownFiles(temporary)) await platform.removeFile(path);
  }

  override onEpochBegin(epoch: number): void {
    this.epoch = epoch;
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    if (this.every === null) await this.save({ ...logs, epoch: epoch + 1 });
  }

  private async afterBatch(batch: number, logs: Logs = {}): Promise<void> {
    // Counted over the whole training, so that going on from a checkpoint does not change the rhythm.
    const done = this.model?.optimizer.iterations.dataSync()[0] ?? 0;
    if (done % (this.every ?? 1) === 0) await this.save({ ...logs, epoch: this.epoch + 1, batch: batch + 1 });
  }

  private async save(figures: Logs): Promise<void> {
    if (!this.model) return;
    if (this.monitor) {
      const figure = this.monitor.read(figures);
      if (figure === undefined || !this.monitor.isBetter(figure, this.best)) return;
      this.best = figure;
    }
    const path = this.path.replace(placeholder, (_, name: string, width?: string, digits?: string) => {
      const figure = figures[name];
      if (figure === undefined) {
        const names = Object.keys(figures).join(', ');
        throw new ArgumentError(`modelCheckpoint: filepath: there is no {${name}}; there are ${names}.`);
      }
      const text = digits === undefined ? String(figure) : figure.toFixed(Number(digits));
      return text.padStart(Number(width || 0), '0');
    });
    if (this.args.saveWeightsOnly) await this.model.saveWeights(path);
    else await this.model.saveCheckpoint(path);
    this.lastPath = path;
    if (this.args.keep !== undefined) {
      const files = (await this.ownFiles(/$/)).filter((file) => file !== path);
      for (const file of files.slice(this.args.keep - 1)) await platform.removeFile(file);
    }
  }

  /** Files that this callback may have written, the newest first. */
  private async ownFiles(end: RegExp): Promise<string[]> {
    const [directory, name] = platform.splitPath(this.path);
    if (!(await platform.status(directory))?.isDirectory) return [];
    const parts = name.split(new RegExp(placeholder, 'g')).filter((_, i) => i % 5 === 0);
    const literal = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('-?[\\w.]+');
    const own = new RegExp(`^${literal}${end.source}$`);
    return newestFirst(directory, (file) => own.test(file));
  }

  override saveState(): CallbackState {
    return { values: Number.isFinite(this.best) ? { best: this.best } : {} };
  }

  override loadState({ values = {} }: CallbackState): void {
    if (typeof values.best === 'number' && this.monitor) this.best = values.best;
  }
}
