// tfjs at one of the works of works.mjs: node tfjs.mjs cpu|wasm SPEC.

import * as tf from '@tensorflow/tfjs-core';
import * as layersApi from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { fileURLToPath } from 'node:url';
import { interleaved, median } from '../measure.mjs';
import { batchSize, epochOf, labels, scaledImages } from './data.mjs';

const { layers, sequential } = layersApi;
const [backendName, text] = process.argv.slice(2);
const spec = JSON.parse(text);

function network(sizes, optimizer) {
  const model = sequential();
  sizes.slice(1).forEach((units, i) => {
    const activation = i === sizes.length - 2 ? 'softmax' : 'relu';
    model.add(layers.dense({ units, activation, ...(i === 0 ? { inputShape: [sizes[0]] } : {}) }));
  });
  // Not sparse: its gradient needs an op that the WebAssembly backend lacks.
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  return model;
}

async function fitTime(model, samples, batch) {
  const x = tf.tensor2d(scaledImages(samples), [samples, 784]);
  const y = tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(labels(samples)), 'int32'), 10), 'float32');
  const fit = () => model.fit(x, y, { batchSize: batch, epochs: 1, verbose: 0, yieldEvery: 'never' });
  const warm = [tf.slice(x, 0, batch), tf.slice(y, 0, batch)];
  await model.fit(...warm, { batchSize: batch, epochs: 1, verbose: 0 });
  const start = performance.now();
  await fit();
  return (performance.now() - start) / 1000;
}

const work = {
  gemm() {
    const values = {};
    for (const { name, m, n, k } of spec.shapes) {
      const a = tf.randomUniform([m, k], -1, 1);
      const b = tf.randomUniform([k, n], -1, 1);
      const run = () => {
        const c = tf.matMul(a, b);
        c.dataSync();
        c.dispose();
      };
      values[name] = (2 * m * n * k) / interleaved({ run }, { rounds: 1, seconds: spec.seconds }).run / 1e9;
    }
    return values;
  },
  async mnist() {
    const { samples, scale } = epochOf(spec.steps);
    return {
      value: (await fitTime(network([784, 512, 10], tf.train.rmsprop(0.001)), samples, batchSize)) * scale,
    };
  },
  async wide() {
    const model = network([784, 2048, 2048, 10], tf.train.adam());
    return { value: ((await fitTime(model, 256 * spec.steps, 256)) / spec.steps) * 1000 };
  },
  async 'small-net'() {
    const model = sequential();
    model.add(layers.dense({ units: 4, activation: 'sigmoid', inputShape: [3] }));
    model.add(layers.dense({ units: 1, activation: 'sigmoid' }));
    model.compile({ optimizer: tf.train.sgd(1), loss: 'meanSquaredError' });
    const x = tf.tensor2d([0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1], [4, 3]);
    const y = tf.tensor2d([0, 1, 1, 0], [4, 1]);
    const options = { batchSize: 4, epochs: spec.steps, shuffle: false, verbose: 0, yieldEvery: 'never' };
    const fit = () => model.fit(x, y, options);
    await fit();
    const times = [];
    for (let r = 0; r < 3; r++) {
      const start = performance.now();
      await fit();
      times.push(performance.now() - start);
    }
    return { value: median(times) };
  },
  predict() {
    const model = network([784, 512, 10], 'sgd');
    const pixels = new Float32Array(784).fill(0.4);
    const predict = () => tf.tidy(() => void model.predict(tf.tensor2d(pixels, [1, 784])).dataSync());
    for (let i = 0; i < 20; i++) predict();
    return { value: interleaved({ predict }, { rounds: 1, seconds: spec.seconds }).predict * 1e6 };
  },
};

if (backendName === 'wasm') {
  setWasmPaths(fileURLToPath(new URL('./node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url)));
}
await tf.setBackend(backendName);
await tf.ready();
const values = await work[spec.work]();
console.log(JSON.stringify({ version: tf.version_core, setting: '1 thread', values }));
