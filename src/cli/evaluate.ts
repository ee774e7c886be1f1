// `hebb evaluate`: how good a saved model is on data that it was not trained on.

import { datasets, type Dataset } from '../data/index.js';
import { isMissing } from '../data/csv.js';
import type { Tensor } from '../tensor/tensor.js';
import { unknownName } from '../platform/suggest.js';
import { chooseBackend } from './backend-choice.js';
import type { Call } from './command.js';
import { exitCodes, UsageError } from './errors.js';
import type { describeEvaluate } from './evaluate-options.js';
import { asPictures } from './picture/model-input.js';
import { scoresOf, type LearningSet, type Problem } from './problem.js';
import { loadModel, type SavedModel } from './saved-model.js';
import { describeScores, namedScores } from './scores-text.js';
import { encodeInputs, encodeTargets, type RawRows } from './table/encoding.js';
import { isTableFile } from './table/file.js';
import { rawRows } from './table/rows.js';
import { interruptionCode, type Surroundings } from './terminal.js';

const batchSize = 500;

/** What to test on. */
interface Trial extends LearningSet, Pick<Problem, 'output' | 'thing'> {
  readonly name: string;
}

/**
 * Tests a saved model.
 * @returns the exit code
 */
export async function evaluate(
  { values, words }: Call<(typeof describeEvaluate)['options']>,
  { stdout, signal }: Surroundings,
): Promise<number> {
  chooseBackend(values.backend, values.threads);
  try {
    const saved = await loadModel(words[0]);
    const trial = await trialOf(saved, words[1], values.header, signal);
    const outputs = (await saved.model.predictAsync(trial.inputs, { batchSize, signal })) as Tensor;
    const scores = scoresOf(trial, outputs, trial.targets);
    const named = { model: saved.path, dataset: trial.name, ...namedScores(scores, trial.thing) };
    stdout.write(
      values.json ? `${JSON.stringify(named)}\n` : `${describeScores(scores, trial.name, trial.thing)}\n`,
    );
    return exitCodes.ok;
  } catch (error) {
    const code = interruptionCode(signal);
    if (code === undefined) throw error;
    return code;
  }
}

async function trialOf(
  saved: SavedModel,
  data: string | undefined,
  header: 'yes' | 'no' | null,
  signal: AbortSignal,
): Promise<Trial> {
  const { metadata, outputs } = saved;
  if (metadata?.input === 'table') {
    if (data === undefined) {
      const last = `the model was trained on ${metadata.dataset}; other rows tell how good it is`;
      throw new UsageError(`expected a CSV file to test on: ${last}`);
    }
    const raw = withTarget(await rawRows(data, metadata, true, header), metadata.target.name);
    const { target } = metadata;
    return {
      name: data,
      thing: 'row',
      inputs: encodeInputs(metadata, raw).inputs,
      targets: encodeTargets(metadata, raw),
      output: target.kind === 'class' ? { classes: outputs } : { deviation: target.deviation },
    };
  }
  const name = data ?? metadata?.dataset;
  if (name === undefined) {
    throw new UsageError(`expected what to test on: ${datasets.names.join(', ')}; the model does not say`);
  }
  if (isTableFile(name))
    throw new UsageError(`expected a data set of pictures, got ${name}: the model is of pictures`);
  if (!(datasets.names as readonly string[]).includes(name)) {
    throw new UsageError(unknownName('data set', name, datasets.names));
  }
  const dataset = await datasets.load(name, { signal });
  return pictureTrial(saved, dataset);
}

function pictureTrial(saved: SavedModel, { name, test, classNames }: Dataset): Trial {
  const { outputs, path } = saved;
  if (outputs !== classNames.length) {
    throw new UsageError(`${path} tells ${outputs} classes apart, ${name} has ${classNames.length}`);
  }
  const inputs = asPictures(saved, test.images.dataSync() as Uint8Array, test.images.shape);
  return { name, thing: 'image', inputs, targets: test.labels, output: { classes: outputs } };
}

/** The rows whose target is known. */
function withTarget(raw: RawRows, target: string): RawRows {
  const place = raw.placeOf(target);
  return place === undefined ? raw : { ...raw, rows: raw.rows.filter((row) => !isMissing(row[place])) };
}
