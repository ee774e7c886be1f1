// Hebb at one of the works of works.mjs: node hebb.mjs BACKEND SPEC. HEBB_THREADS sets the number of threads.

import * as hebb from '../../dist/index.js';
import { availableParallelism } from 'node:os';
import { interleaved, median, mnistModel, smallNet, wideModel } from '../measure.mjs';
import { gemmCall, kernelRunner, noise } from '../programs.mjs';
import { batchSize, epochOf, images, labels } from './data.mjs';

const [backendName, text] = process.argv.slice(2);
const spec = JSON.parse(text);
const threads = Number(process.env.HEBB_THREADS ?? availableParallelism());

/** The best instruction set: on WebAssembly relaxed SIMD, where the engine has it, asked for by name. */
function choose() {
  for (const isa of backendName === 'wasm' ? ['relaxed-simd', undefined] : [undefined]) {
    try {
      hebb.setBackend(backendName, { isa, threads });
      return;
    } catch (error) {
      if (isa === undefined) throw error;
    }
  }
}

function gemm() {
  const values = {};
  const { isa } = hebb.backendInfo();
  const backend = hebb.createBackend(backendName, { isa, threads });
  for (const shape of spec.shapes) {
    const { m, n, k, dtype } = shape;
    const turns = Math.max(1, Math.round(2e8 / (2 * m * n * k)));
    const buffer = (length, access) => ({ dtype, length, access, data: noise(length, dtype) });
    const { run, release } = kernelRunner(
      backend,
      gemmCall(shape),
      [buffer(m * k, 'read'), buffer(k * n, 'read'), buffer(m * n, 'write')],
      turns,
    );
    const seconds = interleaved({ run }, { rounds: 1, seconds: spec.seconds }).run;
    release();
    values[shape.name] = (2 * m * n * k * turns) / seconds / 1e9;
  }
  return values;
}

/** Seconds of one call of `fit` on these samples, after a first one. */
async function fitTime(model, samples, batch, repeats) {
  const x = hebb.tensor(images(samples), [samples, 28, 28], 'uint8');
  const y = hebb.tensor(Int32Array.from(labels(samples)), [samples], 'int32');
  const times = [];
  for (let r = -1; r < repeats; r++) {
    const start = performance.now();
    await model.fit(x, y, { batchSize: batch, epochs: 1 });
    if (r >= 0) times.push((performance.now() - start) / 1000);
  }
  return median(times);
}

const work = {
  gemm,
  async mnist() {
    const { samples, scale } = epochOf(spec.steps);
    return { value: (await fitTime(mnistModel(hebb), samples, batchSize, scale > 1 ? 1 : 3)) * scale };
  },
  async wide() {
    return { value: ((await fitTime(wideModel(hebb), 256 * spec.steps, 256, 3)) / spec.steps) * 1000 };
  },
  async 'small-net'() {
    const { model, x, y } = smallNet(hebb);
    const times = [];
    for (let r = -10; r < 20; r++) {
      const start = performance.now();
      await model.fit(x, y, { epochs: spec.steps, batchSize: 4, shuffle: false });
      if (r >= 0) times.push(performance.now() - start);
    }
    return { value: median(times) };
  },
  predict() {
    const model = mnistModel(hebb);
    const pixels = new Float32Array(784).fill(100);
    const predict = () => model.predict(hebb.tensor(pixels, [1, 28, 28])).dataSync();
    for (let i = 0; i < 200; i++) predict();
    return { value: interleaved({ predict }, { rounds: 1, seconds: spec.seconds }).predict * 1e6 };
  },
};

choose();
const values = await work[spec.work]();
const { isa, threads: used } = hebb.backendInfo();
console.log(
  JSON.stringify({ version: hebb.version, setting: `${isa}, ${used} thread${used > 1 ? 's' : ''}`, values }),
);
