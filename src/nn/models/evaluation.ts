// Evaluation and prediction: one program each, a loop over the batches.

import { concat, reshape } from '../../ops/index.js';
import { atPrecision, type MatMulPrecision } from '../../tensor/precision.js';
import type { Tensor } from '../../tensor/tensor.js';
import { boundary, jit, repeat } from '../../transform/index.js';
import type { Logs } from '../callbacks/callback.js';
import type { Compiled, ListProgram, Program } from './compiled.js';
import type { ExampleSet } from './examples.js';
import type { Model } from './model.js';
import { eachBatch } from './steps.js';

function evaluationProgram(compiled: Compiled, batchSize: number): Program {
  return compiled.program('evaluate', `${batchSize}`, (inputs, targets) => {
    compiled.testing.reset();
    eachBatch(inputs[0].shape[0], batchSize, [...inputs, ...targets], (parts) => {
      compiled.steps.test(parts.slice(0, inputs.length), parts.slice(inputs.length), compiled.testing);
      boundary();
    });
    return compiled.testing.results();
  });
}

/** Loss and metrics over the examples, as rank-0 tensors. */
export function evaluateTensors(compiled: Compiled, set: ExampleSet, batchSize: number): Tensor[] {
  const program = evaluationProgram(compiled, Math.min(batchSize, set.count));
  return program.run(set.inputs, set.targets);
}

/** The same, off the main thread. */
export async function evaluateTensorsAsync(
  compiled: Compiled,
  set: ExampleSet,
  batchSize: number,
  signal?: AbortSignal,
): Promise<Tensor[]> {
  const program = evaluationProgram(compiled, Math.min(batchSize, set.count));
  return program.runAsync([set.inputs, set.targets], { signal });
}

/** Loss and metrics by name. */
export async function evaluateFigures(
  compiled: Compiled,
  set: ExampleSet,
  batchSize: number,
  signal?: AbortSignal,
): Promise<Logs> {
  const results = await evaluateTensorsAsync(compiled, set, batchSize, signal);
  return Object.fromEntries(compiled.testing.names.map((name, i) => [name, results[i].dataSync()[0]]));
}

/** The program of prediction in batches: outputs of all examples. */
export function predictionProgram(
  model: Model,
  batchSize: number,
  precision: MatMulPrecision | undefined,
): ListProgram {
  return jit(
    (inputs: readonly Tensor[]) => {
      const count = inputs[0].shape[0];
      const steps = Math.floor(count / batchSize);
      const rest = count - steps * batchSize;
      const predict = (rows: readonly Tensor[]): Tensor[] =>
        atPrecision(precision, () => [...model.forward(rows, false)]);
      if (steps <= 1 && rest === 0) return predict(inputs);
      const whole = repeat(
        steps,
        inputs.map((tensor) => ({ tensor, rows: batchSize })),
        predict,
      ).map((t) => reshape(t, [t.shape[0] * t.shape[1], ...t.shape.slice(2)]));
      if (rest === 0) return whole;
      const last = predict(inputs.map((t) => t.slice([steps * batchSize], [rest])));
      return steps === 0 ? last : whole.map((t, i) => concat([t, last[i]], 0));
    },
    { name: 'predict' },
  );
}
