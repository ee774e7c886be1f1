// What a compiled model does with one batch, written in ops: the step of training, of evaluation, of prediction. The
// functions are traced into programs by training.ts and evaluation.ts, and run as they are with `runEagerly`.

import { add, gather, mul, permutation } from '../../ops/index.js';
import { gradientsOf } from '../../transform/grad.js';
import { boundary, checkFinite, repeat } from '../../transform/index.js';
import type { Generator } from '../../tensor/generator.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import type { LossFunction } from '../losses/index.js';
import { Mean, type Metric } from '../metrics/index.js';
import type { Optimizer } from '../optimizers/index.js';
import type { Model } from './model.js';

/** The loss of one output, and its metrics. */
export interface OutputPlan {
  readonly loss: LossFunction;
  readonly weight: number;
}

/** A metric watching one output. */
export interface WatchedMetric {
  readonly output: number;
  readonly metric: Metric;
}

/** The figures of a run: the mean loss, then the metrics, in the order of `names`. */
export class Figures {
  readonly loss = new Mean({ name: 'loss' });
  readonly names: readonly string[];

  constructor(
    readonly watched: readonly WatchedMetric[],
    names: readonly string[],
  ) {
    this.names = ['loss', ...names];
  }

  reset(): void {
    this.loss.reset();
    for (const { metric } of this.watched) metric.reset();
  }

  update(loss: Tensor, examples: number, targets: readonly Tensor[], outputs: readonly Tensor[]): void {
    this.loss.add(loss, examples);
    for (const { output, metric } of this.watched) metric.update(targets[output], outputs[output]);
  }

  /** Rank-0 tensors, one a name. */
  results(): Tensor[] {
    return [this.loss.result(), ...this.watched.map(({ metric }) => metric.result())];
  }
}

/** The step functions of a compiled model. */
export class Steps {
  /** The default generator's state before the order of the present epoch was drawn: gives the same order again. */
  readonly epochStart = new Variable(new Int32Array(4), [4], 'int32', 'epoch_generator_state', false);

  constructor(
    private readonly model: Model,
    readonly outputs: readonly OutputPlan[],
    private readonly optimizer: Optimizer,
  ) {}

  /** Forward and loss of a batch: the data's loss and the regularizers'. */
  private forward(
    inputs: readonly Tensor[],
    targets: readonly Tensor[],
    training: boolean,
  ): { loss: Tensor; outputs: readonly Tensor[] } {
    const outputs = this.model.forward(inputs, training);
    let loss: Tensor | null = null;
    this.outputs.forEach((plan, i) => {
      const value = plan.loss.batch(targets[i], outputs[i]);
      const weighted = plan.weight === 1 ? value : mul(value, plan.weight);
      loss = loss ? add(loss, weighted) : weighted;
    });
    for (const penalty of this.model.penalties()) loss = loss ? add(loss, penalty) : penalty;
    return { loss: loss as unknown as Tensor, outputs };
  }

  /** One update of the weights. A loss that is not finite fails before anything is assigned, if it is to be checked. */
  train(
    inputs: readonly Tensor[],
    targets: readonly Tensor[],
    figures: readonly Figures[],
    checked: boolean,
  ): void {
    const variables = this.model.trainableWeights;
    let outputs: readonly Tensor[] = [];
    const { value, gradients } = gradientsOf(() => {
      const forward = this.forward(inputs, targets, true);
      outputs = forward.outputs;
      return forward.loss;
    }, variables);
    if (checked) checkFinite(value, 'loss');
    this.optimizer.applyGradients(variables.map((variable, i) => [gradients[i], variable] as const));
    for (const f of figures) f.update(value, inputs[0].shape[0], targets, outputs);
  }

  /** Adds a batch to the figures of an evaluation. */
  test(inputs: readonly Tensor[], targets: readonly Tensor[], figures: Figures): void {
    const { loss, outputs } = this.forward(inputs, targets, false);
    figures.update(loss, inputs[0].shape[0], targets, outputs);
  }

  predict(inputs: readonly Tensor[]): Tensor[] {
    return [...this.model.forward(inputs, false)];
  }

  /** One pass over the examples in batches, shuffled or in order, the last batch smaller if need be. */
  epoch(
    inputs: readonly Tensor[],
    targets: readonly Tensor[],
    batchSize: number,
    generator: Generator | null,
    figures: Figures,
    checked: boolean,
  ): Tensor[] {
    figures.reset();
    if (generator) this.epochStart.assign(generator.state);
    const count = inputs[0].shape[0];
    const batch = (indices: Tensor): void => {
      const pick = (t: Tensor): Tensor => gather(t, indices);
      this.train(inputs.map(pick), targets.map(pick), [figures], checked);
      boundary();
    };
    const inOrder = (xs: readonly Tensor[], ys: readonly Tensor[]): void => {
      this.train(xs, ys, [figures], checked);
      boundary();
    };
    if (generator)
      eachBatch(count, batchSize, [permutation(count, generator)], ([indices]) => batch(indices));
    else {
      eachBatch(count, batchSize, [...inputs, ...targets], (parts) =>
        inOrder(parts.slice(0, inputs.length), parts.slice(inputs.length)),
      );
    }
    return figures.results();
  }
}

/** Calls `body` with the rows of each batch of the tensors: a loop over the whole batches, then the rest. */
export function eachBatch(
  count: number,
  batchSize: number,
  tensors: readonly Tensor[],
  body: (rows: Tensor[]) => void,
): void {
  const steps = Math.floor(count / batchSize);
  const rest = count - steps * batchSize;
  if (steps > 0) {
    repeat(
      steps,
      tensors.map((tensor) => ({ tensor, rows: batchSize })),
      (rows) => {
        body(rows);
        return [];
      },
    );
  }
  if (rest > 0) body(tensors.map((t) => t.slice([steps * batchSize], [rest])));
}
