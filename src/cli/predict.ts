// `hebb predict`: what a saved model makes of pictures or rows.

import { DataFormatError } from '../data/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { chooseBackend } from './backend-choice.js';
import type { Call } from './command.js';
import { exitCodes, UsageError } from './errors.js';
import { describePrediction, namedPrediction, type Prediction } from './prediction.js';
import { asPictures, pictureSize } from './picture/model-input.js';
import { readPng } from './picture/png.js';
import { prepare } from './picture/prepare.js';
import type { describePredict } from './predict-options.js';
import type { TableMetadata } from './metadata.js';
import { loadModel, type SavedModel } from './saved-model.js';
import { encodeInputs, type TargetEncoding } from './table/encoding.js';
import { checkFile } from './table/file.js';
import { rawRows } from './table/rows.js';
import { interruptionCode, type Surroundings } from './terminal.js';

type PredictOptions = (typeof describePredict)['options'];
type PredictValues = Call<PredictOptions>['values'];

const batchSize = 500;

/**
 * Predicts all inputs, one after another.
 * @returns the exit code
 */
export async function predict(call: Call<PredictOptions>, surroundings: Surroundings): Promise<number> {
  const { values } = call;
  const { stdout, stderr, signal } = surroundings;
  const [path, ...inputs] = call.words;
  chooseBackend(values.backend, values.threads);
  try {
    const saved = await loadModel(path);
    if (inputs.length === 0) throw new UsageError(`expected what to predict: ${expectedInput(saved)}`);
    for (const input of inputs) {
      signal.throwIfAborted();
      const { predictions, warning } = await predictInput(saved, input, values, signal);
      if (warning !== null) stderr.write(`${warning}\n`);
      for (const prediction of predictions) {
        stdout.write(
          values.json
            ? `${JSON.stringify(namedPrediction(prediction))}\n`
            : `${describePrediction(prediction)}\n`,
        );
      }
    }
    return exitCodes.ok;
  } catch (error) {
    const code = interruptionCode(signal);
    if (code === undefined) throw error;
    return code;
  }
}

/** What a model takes, for people. */
function expectedInput({ metadata }: SavedModel): string {
  if (metadata?.input !== 'table') return 'PNG files';
  return `CSV files, or a row of ${metadata.inputs.map(({ name }) => name).join(',')}`;
}

/** The predictions for an input, and what there is to be said about it. */
interface Answer {
  readonly predictions: readonly Prediction[];
  readonly warning: string | null;
}

function predictInput(
  saved: SavedModel,
  input: string,
  values: PredictValues,
  signal: AbortSignal,
): Promise<Answer> {
  const { metadata } = saved;
  const isPicture = /\.png$/i.test(input);
  if (metadata?.input === 'table') {
    if (isPicture) throw new UsageError(`expected ${expectedInput(saved)}, got the picture ${input}`);
    return predictRows(saved, metadata, input, values.header, signal);
  }
  if (!isPicture) throw new UsageError(`expected a PNG file for this model, got '${input}'`);
  return predictPicture(saved, input, values.inverted, signal);
}

async function predictPicture(
  saved: SavedModel,
  input: string,
  inverted: 'yes' | 'no' | null,
  signal: AbortSignal,
): Promise<Answer> {
  checkFile(input, 'a PNG file');
  const { metadata } = saved;
  const size = pictureSize(saved);
  const picture = await readPng(input);
  const prepared = prepare(picture, {
    ...size,
    isDigit: metadata?.dataset !== 'fashion-mnist',
    inverted: inverted === null ? null : inverted === 'yes',
  });
  if (prepared === null) throw new DataFormatError(input, 'nothing is drawn on it: it is of one brightness');
  const pixels = asPictures(saved, prepared.pixels, [1, size.height, size.width]);
  const [outputs] = await outputsOf(saved, pixels, signal);
  const classNames = metadata?.input === 'pictures' ? metadata.classNames : null;
  const facts = {
    width: picture.width,
    height: picture.height,
    inverted: prepared.inverted,
    resized: prepared.resized,
  };
  return { predictions: [predictionOf(input, null, outputs, classNames, facts)], warning: null };
}

async function predictRows(
  saved: SavedModel,
  metadata: TableMetadata,
  input: string,
  header: 'yes' | 'no' | null,
  signal: AbortSignal,
): Promise<Answer> {
  const raw = await rawRows(input, metadata, false, header);
  const { inputs, unknown } = encodeInputs(metadata, raw);
  const outputs = await outputsOf(saved, inputs, signal);
  const isFile = raw.source === input;
  return {
    predictions: outputs.map((row, at) =>
      predictionOf(input, isFile ? at + 1 : null, row, metadata.target, undefined),
    ),
    warning:
      unknown.length === 0
        ? null
        : `hebb: ${raw.source}: not seen in training, taken for missing: ${unknown.slice(0, 10).join(', ')}`,
  };
}

/** The outputs for each example. */
async function outputsOf(
  { model, outputs }: SavedModel,
  inputs: Tensor,
  signal: AbortSignal,
): Promise<number[][]> {
  const result = (await model.predictAsync(inputs, { batchSize, signal })) as Tensor;
  const values = Array.from(result.dataSync());
  return Array.from({ length: values.length / outputs }, (_, i) =>
    values.slice(i * outputs, (i + 1) * outputs),
  );
}

function predictionOf(
  input: string,
  row: number | null,
  outputs: readonly number[],
  target: TargetEncoding | readonly string[] | null,
  picture: Prediction['picture'],
): Prediction {
  if (target !== null && 'kind' in target) {
    if (target.kind === 'value') {
      const value = outputs[0] * target.deviation + target.mean;
      return { input, row, target: target.name, value };
    }
    return { input, row, target: target.name, probabilities: named(outputs, target.classNames) };
  }
  return { input, row, probabilities: named(outputs, target), picture };
}

/** Each class with its probability; classes without names have numbers. */
function named(outputs: readonly number[], names: readonly string[] | null): [string, number][] {
  return outputs.map((probability, code) => [names?.[code] ?? String(code), probability]);
}
