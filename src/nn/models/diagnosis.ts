// Finds where a NaN or an infinity came from, once a training step has failed on its loss: in the data, in a layer's
// weights, or in what a layer computes.

import { HebbError, RunError } from '../../contract/errors.js';
import type { TypedArray } from '../../contract/dtypes.js';
import { slice } from '../../ops/index.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Compiled } from './compiled.js';
import type { ExampleSet } from './examples.js';
import type { Model } from './model.js';

/** Training stopped because the loss was NaN or infinite. The model keeps the weights of the last completed step. */
export class NonFiniteLossError extends HebbError {
  override name = 'NonFiniteLossError';
  /**
   * @param epoch number of the epoch, from 0
   * @param step number of the failed step in the epoch, from 0
   * @param layer name of the layer where the first bad value appears; null where it is the data or the loss itself
   */
  constructor(
    message: string,
    readonly epoch: number,
    readonly step: number,
    readonly layer: string | null,
  ) {
    super(message);
  }
}

function firstBad(values: TypedArray): number {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return -1;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}

function show(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

/** Rows of the examples looked at at a time. */
const rowsAtOnce = 256;

function findInData(name: string, tensors: readonly Tensor[]): string | null {
  for (const t of tensors) {
    const at = firstBad(t.array_('fit'));
    if (at < 0) continue;
    const row = Math.floor(at / (t.size / t.shape[0]));
    return `${name} has ${show(t.array_('fit')[at])} in example ${row} (element ${at - row * (t.size / t.shape[0])} of it)`;
  }
  return null;
}

function findInLayers(model: Model, set: ExampleSet): { layer: string; what: string } | null {
  for (const layer of model.layers) {
    for (const weight of layer.weights) {
      const at = firstBad(weight.array_('fit'));
      if (at >= 0)
        return {
          layer: layer.name,
          what: `its weight ${weight.name} holds ${show(weight.array_('fit')[at])}`,
        };
    }
  }
  for (let begin = 0; begin < set.count; begin += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, set.count - begin);
    const found = model
      .trace_(set.inputs.map((t) => slice(t, [begin], [rows])))
      .find((o) => firstBad(o.output.array_('fit')) >= 0);
    if (found) {
      const values = found.output.array_('fit');
      return { layer: found.layer, what: `its output is ${show(values[firstBad(values)])}` };
    }
  }
  return null;
}

/**
 * A failed check of the loss, as an error that names step and layer; any other error unchanged.
 * @param place the first epoch of the run, steps an epoch, and steps made before the run
 */
export function diagnose(
  error: unknown,
  model: Model,
  compiled: Compiled,
  set: ExampleSet,
  place: { readonly firstEpoch: number; readonly steps: number; readonly stepsBefore: number },
): unknown {
  if (!(error instanceof RunError) || error.reason !== 'notFinite') return error;
  const done = compiled.optimizer.iterations.dataSync()[0] - place.stepsBefore;
  const epoch = place.firstEpoch + Math.floor(done / place.steps);
  const step = done % place.steps;
  const data = findInData('x', set.inputs) ?? findInData('y', set.targets);
  const found = data ? null : findInLayers(model, set);
  const where =
    data ??
    (found ? `layer ${found.layer}: ${found.what}` : 'every layer is finite, the loss itself overflows');
  return new NonFiniteLossError(
    `Training stopped in epoch ${epoch + 1}, step ${step + 1}: the loss is NaN or infinite; ${where}. The model keeps ` +
      "the weights of the last completed step. Clean the data, lower the learning rate, or pass onNaN: 'continue'.",
    epoch,
    step,
    found?.layer ?? null,
  );
}
