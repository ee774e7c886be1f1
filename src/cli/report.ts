// What `hebb train` tells: the facts, and two ways to tell them, as text for people and as JSON lines for programs.

import type { DatasetProgress } from '../data/index.js';
import { reasonOf } from '../platform/platform.js';
import { duration, figures, timeLeft, countOf, megabytes, median, thousands } from './format.js';
import { ProgressBar } from './progress-bar.js';
import type { Scores } from './scores.js';
import { describeScores, namedScores } from './scores-text.js';
import type { TableFacts } from './table/problem.js';
import { describeTable } from './table/text.js';
import type { Output, Surroundings } from './terminal.js';
import type { TrainingData } from './training-data.js';

/** The backend in use. */
export interface BackendFacts {
  readonly name: string;
  readonly isa: string;
  readonly threads: number;
  /** Why this one and no faster one; at least one reason. */
  readonly why: readonly string[];
}

/** What is about to be trained. */
export interface StartFacts {
  readonly dataset: string;
  /** For example `784-512(relu)-10(softmax)`. */
  readonly network: string;
  readonly parameters: number;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly dtype: string;
  readonly backend: BackendFacts;
}

/** Where training stands within an epoch. */
export interface ProgressFacts {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  /** null until a step is done. */
  readonly samplesPerSecond: number | null;
  readonly secondsLeft: number | null;
  readonly figures: Readonly<Record<string, number>>;
}

/** An epoch that is done. */
export interface EpochFacts {
  readonly dataset: string;
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly samplesPerSecond: number;
  readonly figures: Readonly<Record<string, number>>;
}

/** What came out. */
export interface ResultFacts {
  readonly dataset: string;
  readonly thing: 'image' | 'row';
  /** On examples that were not trained on; null where none were held out. */
  readonly scores: Scores | null;
  readonly updates: number;
  /** Those of them that a former training made, which this one went on from. */
  readonly updatesBefore: number;
  /** Empty where nothing was left to train. */
  readonly secondsPerEpoch: readonly number[];
  /** The file that training can go on from; null where none was asked for. */
  readonly saved: string | null;
  readonly backend: BackendFacts;
}

/** Where training stopped before its end. */
export interface StoppedFacts {
  readonly dataset: string;
  /** The epoch that was under way, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of it that were made. */
  readonly step: number;
  readonly steps: number;
  readonly updates: number;
  /** The file that training can go on from; null where none was asked for. */
  readonly saved: string | null;
}

/** What training goes on from. */
export interface ResumedFacts {
  readonly file: string;
  /** Epochs that were completed. */
  readonly epoch: number;
  /** Steps of the next one that were made. */
  readonly step: number;
  readonly updates: number;
}

/** Tells how training goes. */
export interface Report {
  download(progress: DatasetProgress): void;
  data(data: TrainingData): void;
  table(facts: TableFacts): void;
  start(facts: StartFacts): void;
  resumed(facts: ResumedFacts): void;
  progress(facts: ProgressFacts): void;
  epoch(facts: EpochFacts): void;
  result(facts: ResultFacts): void;
  /** Stopped on request; null where training had not begun. */
  stopped(facts: StoppedFacts | null): void;
  /** Training failed; the error is told by others. */
  failed(): void;
}

/** The way of telling that was asked for. */
export function createReport(json: boolean, { stdout, stderr }: Surroundings): Report {
  return json ? new JsonReport(stdout, stderr) : new TextReport(stdout);
}

/** More epochs than this are told in about twenty lines, or a line a second. */
const mostEpochLines = 50;
const longestSilence = 1000;

/** The bars of both ways. */
class Bars {
  private readonly bar: ProgressBar;

  constructor(output: Output) {
    this.bar = new ProgressBar(output);
  }

  download({ dataset, receivedBytes, totalBytes }: DatasetProgress): void {
    const details = `${megabytes(receivedBytes)} of ${megabytes(totalBytes)}`;
    this.bar.update(`downloading ${dataset}`, receivedBytes / totalBytes, details);
  }

  progress(facts: ProgressFacts): void {
    const { epoch, epochs, step, steps, samplesPerSecond, secondsLeft } = facts;
    const details = [
      figures(facts.figures),
      ...(samplesPerSecond === null ? [] : [`${thousands(samplesPerSecond)} samples/s`]),
      ...(secondsLeft === null ? [] : [`${timeLeft(secondsLeft)} left`]),
    ];
    this.bar.update(`epoch ${epoch}/${epochs}`, step / steps, details.join('  '));
  }

  clear(): void {
    this.bar.clear();
  }
}

/** `native (avx512, 2 threads)` */
export function describeBackend({ name, isa, threads }: BackendFacts): string {
  const details = [isa === name ? '' : isa, countOf(threads, 'thread')].filter(Boolean);
  return `${name} (${details.join(', ')})`;
}

/** The first of the things that went wrong: of several servers that could not be reached, one will do. */
function firstCause(error: Error): Error {
  let first = error;
  while (first.cause instanceof Error && !(first.cause instanceof TypeError)) first = first.cause;
  return first;
}

class TextReport implements Report {
  private readonly bars: Bars;
  private downloading = '';
  private lastLine = -Infinity;

  constructor(private readonly output: Output) {
    this.bars = new Bars(output);
  }

  private line(text: string): void {
    this.lastLine = performance.now();
    this.bars.clear();
    this.output.write(`${text}\n`);
  }

  download(progress: DatasetProgress): void {
    // Once a server: also where no bar is to be seen, nobody shall wonder what takes so long.
    const from = new URL(progress.url).host;
    if (from !== this.downloading) {
      this.downloading = from;
      this.line(`downloading ${progress.dataset} (${megabytes(progress.totalBytes)}) from ${from}`);
    }
    this.bars.download(progress);
  }

  data({ requested, dataset, unavailable }: TrainingData): void {
    if (unavailable !== null) {
      const why = reasonOf(firstCause(unavailable));
      this.line(
        `${requested} is neither on this machine nor to be had (${why}): ` +
          `training on Hebb's built-in ${dataset.name} instead`,
      );
    }
    const { train, test, source } = dataset;
    const counts = `${countOf(train.images.shape[0], 'image')} to train with, ${thousands(test.images.shape[0])} to test with`;
    this.line(`data      ${dataset.name}: ${counts} (${source})`);
  }

  table(facts: TableFacts): void {
    for (const line of describeTable(facts)) this.line(line);
  }

  start(facts: StartFacts): void {
    const { network, parameters, optimizer, learningRate, batchSize, seed, dtype } = facts;
    this.line(`network   ${network}, ${thousands(parameters)} weights, ${dtype}`);
    this.line(`training  ${optimizer}, learning rate ${learningRate}, batches of ${batchSize}, seed ${seed}`);
    const [reason, ...others] = facts.backend.why;
    this.line(`backend   ${describeBackend(facts.backend)}, ${reason}`);
    for (const other of others) this.line(`          ${other}`);
  }

  resumed({ file, epoch, step, updates }: ResumedFacts): void {
    const within = step > 0 ? ` and ${countOf(step, 'step')}` : '';
    this.line(
      `resumed   from ${file}, after ${countOf(epoch, 'epoch')}${within} (${countOf(updates, 'update')})`,
    );
  }

  progress(facts: ProgressFacts): void {
    this.bars.progress(facts);
  }

  epoch({ epoch, epochs, seconds, samplesPerSecond, figures: logs }: EpochFacts): void {
    const every = epochs > mostEpochLines ? Math.ceil(epochs / 20) : 1;
    const isSilent = performance.now() - this.lastLine > longestSilence;
    if (epoch % every !== 0 && epoch !== 1 && epoch !== epochs && !isSilent) return;
    const speed = `${thousands(samplesPerSecond)} samples/s`;
    this.line(`epoch ${epoch}/${epochs}  ${duration(1000 * seconds)}  ${speed}  ${figures(logs)}`);
  }

  result(facts: ResultFacts): void {
    const { dataset, thing, scores, updates, updatesBefore, secondsPerEpoch, saved, backend } = facts;
    if (scores !== null) this.line(`test ${describeScores(scores, dataset, thing)}`);
    if (secondsPerEpoch.length === 0) {
      this.line(`nothing was left to train: ${countOf(updates, 'update')} were made before`);
    } else {
      const all = countOf(updates, 'update');
      const made = updatesBefore > 0 ? `${all}, ${thousands(updates - updatesBefore)} of them` : all;
      const perEpoch = duration(1000 * median(secondsPerEpoch));
      this.line(
        `${made} in ${countOf(secondsPerEpoch.length, 'epoch')} of ${perEpoch}, on ${describeBackend(backend)}`,
      );
    }
    if (saved !== null) this.line(`saved in ${saved}`);
  }

  stopped(facts: StoppedFacts | null): void {
    this.line(facts === null ? 'stopped before training began' : stoppedLine(facts));
  }

  failed(): void {
    this.bars.clear();
  }
}

function stoppedLine({ dataset, epoch, epochs, step, steps, updates, saved }: StoppedFacts): string {
  const where = saved === null ? '' : `; saved in ${saved}, --resume goes on from there`;
  return `stopped in epoch ${epoch} of ${epochs} on ${dataset}, after step ${step} of ${steps} (${countOf(updates, 'update')})${where}`;
}

class JsonReport implements Report {
  private readonly bars: Bars;

  constructor(
    private readonly output: Output,
    messages: Output,
  ) {
    this.bars = new Bars(messages);
  }

  private event(event: string, facts: object): void {
    this.bars.clear();
    this.output.write(`${JSON.stringify({ event, ...facts })}\n`);
  }

  download(progress: DatasetProgress): void {
    this.bars.download(progress);
  }

  data({ requested, dataset, unavailable }: TrainingData): void {
    const { name, source, train, test } = dataset;
    this.event('data', {
      requested,
      dataset: name,
      unavailable: unavailable?.message ?? null,
      source,
      trainImages: train.images.shape[0],
      testImages: test.images.shape[0],
    });
  }

  table(facts: TableFacts): void {
    this.event('data', { requested: facts.source, ...facts });
  }

  start(facts: StartFacts): void {
    this.event('start', facts);
  }

  resumed({ file, epoch, step, updates }: ResumedFacts): void {
    this.event('resumed', { file, epoch, step, updates });
  }

  progress(facts: ProgressFacts): void {
    this.bars.progress(facts);
  }

  epoch(facts: EpochFacts): void {
    this.event('epoch', facts);
  }

  result({ dataset, thing, scores, ...others }: ResultFacts): void {
    this.event('result', { dataset, ...(scores && namedScores(scores, thing)), ...others });
  }

  stopped(facts: StoppedFacts | null): void {
    this.event('stopped', facts ?? { epoch: 0, step: 0, updates: 0 });
  }

  failed(): void {
    this.bars.clear();
  }
}
