import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  io,
  layers,
  loadLayersModel,
  losses,
  metrics,
  optimizers,
  sequential,
  setSeed,
  tensor,
  type Model,
  type Optimizer,
  type Tensor,
} from '../../../src/index.js';
import type { ModelArtifacts } from '../../../src/io/handlers.js';
import { expectClose, testData } from '../support.js';
import { loadedByTf, savedByTf, tf, tfArtifactsOf, tfl } from './tfjs.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hebb-exchange-'));
});
afterEach(() => rm(directory, { recursive: true }));

const x = Float32Array.from(testData(5 * 6, 3));
const y = Float32Array.from({ length: 5 * 2 }, (_, i) => ((i >> 1) % 2 === i % 2 ? 1 : 0));

/** All layers that there are, so that each has its config read by the other side. */
function ours(): Model {
  setSeed(1);
  return sequential({
    name: 'my_model',
    layers: [
      layers.inputLayer({ inputShape: [2, 3] }),
      layers.rescaling({ scale: 0.5, offset: 0.25 }),
      layers.flatten(),
      layers.dense({ units: 4, activation: 'hardSigmoid', kernelRegularizer: 'l1l2', name: 'Two_words' }),
      layers.dropout({ rate: 0.25, seed: 3 }),
      layers.activation({ activation: 'tanh' }),
      layers.reshape({ targetShape: [2, 2] }),
      layers.dense({ units: 3, useBias: false, kernelInitializer: 'heUniform' }),
      layers.flatten({ dataFormat: 'channelsLast' }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
}

function theirs(): tfl.Sequential {
  return tfl.sequential({
    layers: [
      tfl.layers.inputLayer({ inputShape: [2, 3] }),
      tfl.layers.rescaling({ scale: 0.5, offset: 0.25 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 4, activation: 'hardSigmoid', kernelRegularizer: 'l1l2', name: 'Two_words' }),
      tfl.layers.dropout({ rate: 0.25, seed: 3 }),
      tfl.layers.activation({ activation: 'tanh' }),
      tfl.layers.reshape({ targetShape: [2, 2] }),
      tfl.layers.dense({ units: 3, useBias: false, kernelInitializer: 'heUniform' }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
}

const predictOurs = (model: Model): Float32Array =>
  (model.predict(tensor(x, [5, 2, 3])) as Tensor).dataSync() as Float32Array;
const predictTheirs = (model: tfl.LayersModel): Float32Array =>
  (model.predict(tf.tensor(x, [5, 2, 3])) as tf.Tensor).dataSync() as Float32Array;

async function savedByUs(model: Model, includeOptimizer = false): Promise<ModelArtifacts> {
  let saved: ModelArtifacts = {};
  const handler = io.withSaveHandler((artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  await model.save(handler, { includeOptimizer });
  return saved;
}

describe('models saved by Hebb', () => {
  it('are read by TensorFlow.js, with the same predictions', async () => {
    const model = ours();
    const copy = await loadedByTf(await savedByUs(model));
    expect(copy.name).toBe('my_model');
    expect(copy.layers.map((l) => l.getClassName())).toEqual(model.layers.map((l) => l.getClassName()));
    expectClose(predictTheirs(copy), predictOurs(model), 1e-6);
    expect(copy.getLayer('Two_words').getConfig()).toMatchObject({
      activation: 'hardSigmoid',
      kernelInitializer: { className: 'VarianceScaling', config: { mode: 'fanAvg' } },
      kernelRegularizer: { className: 'L1L2' },
    });
  });

  it('are read by TensorFlow.js from the files', async () => {
    const model = ours();
    await model.save(`file://${directory}/m`);
    const json = JSON.parse(await readFile(join(directory, 'm/model.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const weights = await readFile(join(directory, 'm/weights.bin'));
    expect(json.format).toBe('layers-model');
    const bytes = new Uint8Array(weights).buffer;
    const copy = await tfl.loadLayersModel(tf.io.fromMemory(tfArtifactsOf(json, bytes)));
    expectClose(predictTheirs(copy), predictOurs(model), 1e-6);
  });

  it('have the topology that TensorFlow.js writes', async () => {
    const withoutNames = (topology: object): unknown =>
      JSON.parse(
        JSON.stringify(topology, (key, value: unknown) =>
          // What each side states beyond the other: names, the dtype, options at their defaults.
          [
            'name',
            'trainable',
            'dtype',
            'keras_version',
            'backend',
            'sparse',
            'data_format',
            'seed',
          ].includes(key) || /constraint$|^activity_reg/.test(key)
            ? undefined
            : value,
        ),
      );
    const { modelTopology: mine } = await savedByUs(ours());
    const { modelTopology: their } = await savedByTf(theirs());
    expect(withoutNames(mine!)).toEqual(withoutNames(their!));
  });
});

describe('models saved by TensorFlow.js', () => {
  it('are read by Hebb, with the same predictions', async () => {
    const model = theirs();
    const copy = await loadLayersModel(io.fromMemory(await savedByTf(model)));
    expectClose(predictOurs(copy), predictTheirs(model), 1e-6);
    expect(copy.layers.map((l) => l.name)).toEqual(model.layers.map((l) => l.name));
  });

  it('are read from files, also from several', async () => {
    const model = theirs();
    const artifacts = await savedByTf(model);
    const bytes = new Uint8Array(artifacts.weightData as ArrayBuffer);
    const specs = artifacts.weightSpecs!;
    // As the converter writes it: groups of weights, each in shards.
    const first = 6 * 4 * 4;
    const json = {
      modelTopology: { model_config: artifacts.modelTopology, keras_version: '2.1.6' },
      weightsManifest: [
        { paths: ['a-1of2.bin', './a-2of2.bin'], weights: specs.slice(0, 1) },
        { paths: ['b-1of1.bin'], weights: specs.slice(1) },
      ],
    };
    await writeFile(join(directory, 'model.json'), JSON.stringify(json));
    await writeFile(join(directory, 'a-1of2.bin'), bytes.subarray(0, 10));
    await writeFile(join(directory, 'a-2of2.bin'), bytes.subarray(10, first));
    await writeFile(join(directory, 'b-1of1.bin'), bytes.subarray(first));
    const expected = predictTheirs(model);
    for (const path of [`file://${directory}/model.json`, directory, `file://${directory}`]) {
      expectClose(predictOurs(await loadLayersModel(path)), expected, 1e-6);
    }
  });

  it('are read where weights are quantized', async () => {
    const model = theirs();
    const artifacts = await savedByTf(model);
    const specs = artifacts.weightSpecs!.map((spec, i) =>
      i === 0 ? { ...spec, quantization: { dtype: 'uint8' as const, scale: 0.01, min: -1 } } : spec,
    );
    const bytes = new Uint8Array(artifacts.weightData as ArrayBuffer);
    const quantized = new Uint8Array(bytes.length - 24 * 3);
    quantized.set(Array.from({ length: 24 }, (_, i) => i * 10));
    quantized.set(bytes.subarray(24 * 4), 24);
    const both = { ...artifacts, weightSpecs: specs, weightData: quantized.buffer };
    const copy = await loadLayersModel(io.fromMemory(both));
    expectClose(predictOurs(copy), predictTheirs(await loadedByTf(both)), 1e-6);
  });
});

describe('compiled models', () => {
  const cases: [string, () => Optimizer, () => tf.Optimizer][] = [
    ['sgd', () => optimizers.sgd({ learningRate: 0.1 }), () => tf.train.sgd(0.1)],
    [
      'momentum',
      () => optimizers.momentum({ learningRate: 0.1, useNesterov: true }),
      () => tf.train.momentum(0.1, 0.9, true),
    ],
    ['rmsprop', () => optimizers.rmsprop({ learningRate: 0.01 }), () => tf.train.rmsprop(0.01)],
    [
      'rmsprop with momentum',
      () => optimizers.rmsprop({ learningRate: 0.01, momentum: 0.5 }),
      () => tf.train.rmsprop(0.01, 0.9, 0.5),
    ],
    ['adam', () => optimizers.adam({ learningRate: 0.05 }), () => tf.train.adam(0.05)],
    ['adagrad', () => optimizers.adagrad({ learningRate: 0.1 }), () => tf.train.adagrad(0.1)],
    ['adadelta', () => optimizers.adadelta({ learningRate: 0.5 }), () => tf.train.adadelta(0.5)],
  ];
  const small = [
    { units: 4, activation: 'tanh' as const, inputShape: [6] },
    { units: 2, activation: 'softmax' as const },
  ];
  const fitOurs = (model: Model): Promise<unknown> =>
    model.fit(tensor(x, [5, 6]), tensor(y, [5, 2]), { epochs: 3, batchSize: 5, shuffle: false });
  const fitTheirs = (model: tfl.LayersModel): Promise<unknown> =>
    model.fit(tf.tensor(x, [5, 6]), tf.tensor(y, [5, 2]), { epochs: 3, batchSize: 5, shuffle: false });
  const weightsOfTheirs = (model: tfl.LayersModel): number[] =>
    model.getWeights().flatMap((w) => [...w.dataSync()]);
  const weightsOfOurs = (model: Model): number[] => model.getWeights().flatMap((w) => [...w.dataSync()]);

  describe.each(cases)('with %s', (_, optimizer, tfOptimizer) => {
    it('go on training in TensorFlow.js where Hebb stopped', async () => {
      setSeed(2);
      const model = sequential({ layers: small.map((config) => layers.dense(config)) });
      model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
      await fitOurs(model);
      const copy = await loadedByTf(await savedByUs(model, true));
      expect(weightsOfTheirs(copy)).toEqual(weightsOfOurs(model));
      await fitOurs(model);
      await fitTheirs(copy);
      expectClose(weightsOfTheirs(copy), weightsOfOurs(model), 2e-5);
    });

    it('go on training in Hebb where TensorFlow.js stopped', async () => {
      const model = tfl.sequential({ layers: small.map((config) => tfl.layers.dense(config)) });
      model.compile({ optimizer: tfOptimizer(), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
      await fitTheirs(model);
      const copy = await loadLayersModel(io.fromMemory(await savedByTf(model, true)));
      expect(weightsOfOurs(copy)).toEqual(weightsOfTheirs(model));
      await fitOurs(copy);
      await fitTheirs(model);
      expectClose(weightsOfOurs(copy), weightsOfTheirs(model), 2e-5);
    });

    it('go on training in Hebb where Hebb stopped, to the bit', async () => {
      setSeed(2);
      const model = sequential({ layers: small.map((config) => layers.dense(config)) });
      model.compile({
        optimizer: optimizer(),
        loss: losses.categoricalCrossentropy(),
        metrics: ['accuracy', metrics.meanSquaredError],
      });
      await fitOurs(model);
      await model.save(`file://${directory}`, { includeOptimizer: true });
      const copy = await loadLayersModel(`file://${directory}/model.json`);
      expect(copy.metricsNames).toEqual(model.metricsNames);
      await fitOurs(model);
      await fitOurs(copy);
      expect(weightsOfOurs(copy)).toEqual(weightsOfOurs(model));
    });
  });

  it('that TensorFlow.js has not trained yet are read', async () => {
    const model = tfl.sequential({ layers: small.map((config) => tfl.layers.dense(config)) });
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    const copy = await loadLayersModel(io.fromMemory(await savedByTf(model, true)));
    expect(copy.optimizer.getClassName()).toBe('Adam');
    await fitOurs(copy);
    await fitTheirs(model);
    expectClose(weightsOfOurs(copy), weightsOfTheirs(model), 2e-5);
  });
});

describe('weights of io', () => {
  it('are encoded and decoded as TensorFlow.js does it', async () => {
    const values = {
      a: tensor([1.5, NaN, -Infinity]),
      b: tensor([[1, 2]], [1, 2], 'int32'),
      c: tensor([true, false]),
    };
    const mine = await io.encodeWeights(values, 'model');
    const their = await tf.io.encodeWeights(
      {
        a: tf.tensor([1.5, NaN, -Infinity]),
        b: tf.tensor([[1, 2]], [1, 2], 'int32'),
        c: tf.tensor([true, false]),
      },
      'model',
    );
    expect(mine.specs).toEqual(their.specs);
    expect(new Uint8Array(mine.data)).toEqual(new Uint8Array(their.data));
    const decoded = io.decodeWeights(mine.data, mine.specs);
    for (const [name, t] of Object.entries(values)) {
      expect(decoded[name].dtype).toBe(t.dtype);
      expect(decoded[name].shape).toEqual(t.shape);
      expect(decoded[name].dataSync()).toEqual(t.dataSync());
    }
  });
});
