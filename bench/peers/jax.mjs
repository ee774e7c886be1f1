// jax-js at one of the works of works.mjs, on WebAssembly: node jax.mjs SPEC. Its arrays are owned: each use but the last
// takes a `.ref`.

import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { median } from '../measure.mjs';
import { batchSize, epochOf, labels, scaledImages } from './data.mjs';

// Node 20 has no navigator, where jax-js looks for a GPU, and relaxed SIMD only behind a flag, which Hebb sets here too.
globalThis.navigator ??= {};
if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
const {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy: np,
  valueAndGrad,
} = await import('@jax-js/jax');
const spec = JSON.parse(process.argv[2]);

const { version } = JSON.parse(
  readFileSync(new URL('./node_modules/@jax-js/jax/package.json', import.meta.url), 'utf8'),
);

/** [weights, biases] of each layer, in one list; uniform as Glorot and Bengio have it. */
function parameters(sizes) {
  return sizes.slice(1).flatMap((outputs, l) => {
    const inputs = sizes[l];
    const limit = Math.sqrt(6 / (inputs + outputs));
    const weights = Float32Array.from({ length: inputs * outputs }, () => (2 * Math.random() - 1) * limit);
    return [np.array(weights).reshape([inputs, outputs]), np.zeros([outputs])];
  });
}

function forward(list, x, activation) {
  let h = x;
  for (let l = 0; l < list.length; l += 2) {
    h = np.matmul(h, list[l]).add(list[l + 1]);
    if (l + 2 < list.length) h = activation(h);
  }
  return h;
}

const crossEntropy = (list, x, y) =>
  nn
    .logSoftmax(forward(list, x, nn.relu))
    .mul(y.ref)
    .sum()
    .mul(-1 / y.shape[0]);

const rmsprop = {
  slots: 1,
  update([p, g, s]) {
    const square = s.mul(0.9).add(g.ref.mul(g.ref).mul(0.1));
    return [p.sub(g.mul(0.001).div(np.sqrt(square.ref).add(1e-7))), square];
  },
};

// The corrections for the start are left out: they are two numbers a step.
const adam = {
  slots: 2,
  update([p, g, m, v]) {
    const mean = m.mul(0.9).add(g.ref.mul(0.1));
    const square = v.mul(0.999).add(g.ref.mul(g).mul(0.001));
    return [p.sub(mean.ref.mul(0.001).div(np.sqrt(square.ref).add(1e-7))), mean, square];
  },
};

const sgd = { slots: 0, update: ([p, g]) => [p.sub(g)] };

/** A jitted step: (parameters with their slots, x, y) -> [the same after the update, loss]. */
function stepOf(loss, { slots, update }) {
  return jit((state, x, y) => {
    const [value, gradients] = valueAndGrad(loss)(
      state.map(([p]) => p.ref),
      x,
      y,
    );
    return [state.map(([p, ...rest], i) => update([p, gradients[i], ...rest.slice(0, slots)])), value];
  });
}

const stateOf = (list, { slots }) =>
  list.map((p) => [p, ...Array.from({ length: slots }, () => np.zeros(p.shape))]);

/** Seconds of `steps` steps on batches taken in a random order, after two that are not counted. */
async function trainingTime(sizes, optimizer, batch, steps) {
  const samples = batch * steps;
  const pixels = scaledImages(samples);
  const classes = labels(samples);
  const step = stepOf(crossEntropy, optimizer);
  let state = stateOf(parameters(sizes), optimizer);
  let loss;
  const turn = (s) => {
    const x = new Float32Array(batch * 784);
    const y = new Float32Array(batch * 10);
    for (let i = 0; i < batch; i++) {
      const from = (s * 7919 + i * 104_729) % samples;
      x.set(pixels.subarray(from * 784, from * 784 + 784), i * 784);
      y[i * 10 + classes[from]] = 1;
    }
    loss?.dispose();
    [state, loss] = step(state, np.array(x).reshape([batch, 784]), np.array(y).reshape([batch, 10]));
  };
  const done = () => blockUntilReady(state);
  for (let s = 0; s < 2; s++) turn(s);
  await done();
  const start = performance.now();
  for (let s = 0; s < steps; s++) turn(s);
  await done();
  return (performance.now() - start) / 1000;
}

const work = {
  async gemm() {
    const values = {};
    for (const { name, m, n, k } of spec.shapes) {
      const product = jit((a, b) => np.matmul(a, b));
      const a = np.ones([m, k]);
      const b = np.ones([k, n]);
      const times = [];
      for (let r = -3; r < 7; r++) {
        const start = performance.now();
        const c = product(a.ref, b.ref);
        await blockUntilReady(c);
        if (r >= 0) times.push((performance.now() - start) / 1000);
        c.dispose();
      }
      values[name] = (2 * m * n * k) / median(times) / 1e9;
    }
    return values;
  },
  async mnist() {
    const { samples, scale } = epochOf(spec.steps);
    return { value: (await trainingTime([784, 512, 10], rmsprop, batchSize, samples / batchSize)) * scale };
  },
  async wide() {
    return {
      value: ((await trainingTime([784, 2048, 2048, 10], adam, 256, spec.steps)) / spec.steps) * 1000,
    };
  },
  async 'small-net'() {
    const squares = (list, x, y) => {
      const difference = nn.sigmoid(forward(list, x, nn.sigmoid)).sub(y);
      return difference.ref.mul(difference).sum();
    };
    const step = stepOf(squares, sgd);
    const x = np.array(Float32Array.of(0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1)).reshape([4, 3]);
    const y = np.array(Float32Array.of(0, 1, 1, 0)).reshape([4, 1]);
    let state = stateOf(parameters([3, 4, 1]), sgd);
    const steps = spec.steps ?? 1500;
    const times = [];
    for (let r = -1; r < 2; r++) {
      const start = performance.now();
      for (let s = 0; s < steps; s++) {
        let loss;
        [state, loss] = step(state, x.ref, y.ref);
        loss.dispose();
      }
      await blockUntilReady(state);
      if (r >= 0) times.push(performance.now() - start);
    }
    return { value: (median(times) * 1500) / steps };
  },
  async predict() {
    const list = parameters([784, 512, 10]);
    const predict = jit((given, x) => nn.softmax(forward(given, x, nn.relu)));
    const pixels = new Float32Array(784).fill(0.4);
    const times = [];
    for (let r = -20; r < 200; r++) {
      const start = performance.now();
      const y = predict(
        list.map((p) => p.ref),
        np.array(pixels).reshape([1, 784]),
      );
      y.dataSync();
      if (r >= 0) times.push((performance.now() - start) * 1000);
    }
    return { value: median(times) };
  },
};

await init('wasm');
defaultDevice('wasm');
const values = await work[spec.work]();
// It leaves workers behind where it has them: end by hand.
console.log(JSON.stringify({ version, setting: '1 thread', values }));
process.exit(0);
