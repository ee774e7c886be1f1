// brain.js at one of the works of works.mjs: node brain.mjs SPEC. It has one algorithm: gradient descent with momentum
// that updates after every sample, in the order given, in float64. So a "step" on a batch is as many updates as the batch
// has samples; its loss is the mean squared error of the outputs, computed at each sample on the way.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { interleaved, median } from '../measure.mjs';
import { epochOf, labels, scaledImages } from './data.mjs';

const { NeuralNetwork } = createRequire(import.meta.url)('brain.js');
const spec = JSON.parse(process.argv[2]);
const { version } = JSON.parse(
  readFileSync(new URL('./node_modules/brain.js/package.json', import.meta.url), 'utf8'),
);

function samplesOf(count) {
  const pixels = scaledImages(count);
  return Array.from(labels(count), (label, i) => ({
    input: pixels.slice(i * 784, i * 784 + 784),
    output: Float32Array.from({ length: 10 }, (_, c) => Number(c === label)),
  }));
}

const corners = [
  { input: [0, 0, 1], output: [0] },
  { input: [0, 1, 1], output: [1] },
  { input: [1, 0, 1], output: [1] },
  { input: [1, 1, 1], output: [0] },
];

/** Trains for a number of passes, whatever the error. */
const train = (network, data, iterations) =>
  network.train(data, { iterations, errorThresh: 1e-300, learningRate: 0.1 });

const work = {
  mnist() {
    const { samples, scale } = epochOf(spec.steps);
    const network = new NeuralNetwork({ hiddenLayers: [512], activation: 'relu' });
    const data = samplesOf(samples);
    train(network, data.slice(0, 16), 1);
    const start = performance.now();
    train(network, data, 1);
    return { value: ((performance.now() - start) / 1000) * scale };
  },
  'small-net'() {
    const times = [];
    for (let r = -3; r < 10; r++) {
      const network = new NeuralNetwork({ hiddenLayers: [4], activation: 'sigmoid' });
      const start = performance.now();
      train(network, corners, spec.steps);
      if (r >= 0) times.push(performance.now() - start);
    }
    return { value: median(times) };
  },
  predict() {
    const network = new NeuralNetwork({ hiddenLayers: [512], activation: 'relu' });
    train(network, samplesOf(4), 1);
    const pixels = new Float32Array(784).fill(0.4);
    const predict = () => void network.run(pixels);
    return { value: interleaved({ predict }, { rounds: 1, seconds: spec.seconds }).predict * 1e6 };
  },
};

console.log(JSON.stringify({ version, setting: '1 thread', values: work[spec.work]() }));
