// What benchmark parts share: medians, interleaved timing, backends to measure, child processes, the networks.

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Median of numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three significant digits, as a number. */
export function round(value) {
  return Number(value.toPrecision(3));
}

/** Median milliseconds of `runs` calls of `work`, after `warm` calls that are not counted. */
export async function medianTime(work, { runs = 5, warm = 1 } = {}) {
  const times = [];
  for (let i = -warm; i < runs; i++) {
    const start = performance.now();
    await work();
    if (i >= 0) times.push(performance.now() - start);
  }
  return median(times);
}

/** Benchmark.js, where it is installed: a development dependency, which an installed package does not have. */
const Benchmark = (() => {
  try {
    return createRequire(import.meta.url)('benchmark');
  } catch {
    return null;
  }
})();

/** Seconds of several single calls of `work`, or of calls in groups where one is too short to be timed. */
function samples(work, seconds) {
  if (Benchmark) {
    const benchmark = new Benchmark(work, { maxTime: seconds, minTime: seconds / 10, minSamples: 3 });
    benchmark.run({ async: false });
    if (benchmark.error) throw benchmark.error;
    return benchmark.stats.sample;
  }
  const times = [];
  work();
  const end = performance.now() + seconds * 1000;
  do {
    const start = performance.now();
    let calls = 0;
    do {
      work();
      calls++;
    } while (performance.now() - start < 1);
    times.push((performance.now() - start) / calls / 1000);
  } while (performance.now() < end || times.length < 3);
  return times;
}

/**
 * Calls `work` for a while, so that what is compiled at run time is compiled for speed before it is timed: V8 starts with
 * code that is made quickly, and takes some tenths of a second for the better one of a large WebAssembly function.
 */
export function warmUp(work, seconds = 0.3) {
  const end = performance.now() + seconds * 1000;
  do work();
  while (performance.now() < end);
}

/**
 * Times functions against each other: each in turn for a moment, over and over, so that what else happens on the
 * machine meets all of them alike.
 * @param works name -> function; one that returns a number has timed itself, in seconds
 * @param options rounds, and seconds a function and round
 * @returns name -> median seconds
 */
export function interleaved(works, { rounds = 3, seconds = 0.1 } = {}) {
  const times = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let r = 0; r < rounds; r++) {
    for (const [name, work] of Object.entries(works)) {
      const own = work();
      if (typeof own === 'number') times[name].push(own);
      else times[name].push(...samples(work, seconds));
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}

/**
 * Trains on each variant in turn, over and over, each in blocks of a first call that is not counted (it traces, and moves
 * the weights to the backend) and one or more that are.
 * @param make gets a variant that is in use and returns what to time, an async function
 * @returns median seconds of each variant
 */
export async function interleavedTraining(list, { quick }, make) {
  const times = list.map(() => []);
  for (let r = 0; r < (quick ? 1 : 3); r++) {
    for (const [i, variant] of list.entries()) {
      variant.use();
      const work = make(variant);
      await work();
      for (let k = 0; k < (quick ? 1 : 2); k++) {
        const start = performance.now();
        await work();
        times[i].push((performance.now() - start) / 1000);
      }
    }
  }
  return times.map(median);
}

const plural = (count, what) => `${count} ${what}${count === 1 ? '' : 's'}`;

/**
 * The backends to measure: each with its instruction sets and numbers of threads that this machine has.
 * @param hebb the package
 * @param wanted `backends`: names; `threads`: numbers of threads (default: 1 and all); `all`: every instruction set,
 *   not only the best one (of WebAssembly always every one)
 * @returns list of {backend, isa, threads, label, use()}; use() makes it the current backend
 */
export function variants(hebb, { backends, threads, all = false }) {
  const counts = threads ?? [...new Set([1, availableParallelism()])];
  const instructionSets = {
    native: all ? ['avx512', 'avx2', 'neon', 'baseline'] : [undefined],
    wasm: ['revectorized', 'relaxed-simd', 'simd'],
    js: [undefined],
  };
  const found = new Map();
  for (const backend of backends) {
    for (const asked of instructionSets[backend] ?? [undefined]) {
      for (const count of counts) {
        let made;
        try {
          made = hebb.createBackend(backend, { isa: asked, threads: count });
        } catch (error) {
          // Without a wish for an instruction set, the backend itself is not to be had: that is worth a word.
          if (asked === undefined) console.error(error.message);
          break;
        }
        const { isa } = made;
        const label = backend === 'js' ? 'js' : `${backend} ${isa}, ${plural(made.threads, 'thread')}`;
        if (found.has(label)) continue;
        found.set(label, {
          backend,
          isa,
          threads: made.threads,
          label,
          make: () => made,
          use: () => hebb.setBackend(backend, { isa, threads: made.threads }),
        });
      }
    }
  }
  return [...found.values()];
}

/** The variants that use most of the machine: of each backend and instruction set the one with most threads. */
export function widest(list) {
  const best = new Map();
  for (const v of list) {
    const key = `${v.backend} ${v.isa}`;
    if (!best.has(key) || best.get(key).threads < v.threads) best.set(key, v);
  }
  return [...best.values()];
}

/** What a row says of where it was measured. */
export function where({ backend, isa, threads, label }) {
  return { backend, isa, threads, label };
}

/** Runs a script of bench/ in a fresh Node and parses the JSON of the last line that it prints. */
export function inChild(script, { args = [], flags = [], env = {} } = {}) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const out = execFileSync(process.execPath, [...flags, path, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
    timeout: 300_000,
  });
  return JSON.parse(out.trim().split('\n').at(-1));
}

/** The network of the MNIST texts: Dense(512, relu), Dense(10, softmax), RMSprop. */
export function mnistModel(hebb, options = {}) {
  const model = hebb.sequential({
    layers: [
      hebb.layers.flatten({ inputShape: [28, 28] }),
      hebb.layers.rescaling({ scale: 1 / 255 }),
      hebb.layers.dense({ units: options.hidden ?? 512, activation: 'relu' }),
      hebb.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  model.compile({
    optimizer: 'rmsprop',
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
    ...options.compile,
  });
  return model;
}

/** 784-2048-2048-10 with Adam. */
export function wideModel(hebb) {
  const { layers } = hebb;
  const model = hebb.sequential({
    layers: [
      layers.flatten({ inputShape: [28, 28] }),
      layers.rescaling({ scale: 1 / 255 }),
      layers.dense({ units: 2048, activation: 'relu' }),
      layers.dense({ units: 2048, activation: 'relu' }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  return model;
}

/** Floating-point operations of one training step a sample: three products a weight, without the first layer's dX. */
export function trainingOperations(...sizes) {
  let operations = 0;
  for (let l = 1; l < sizes.length; l++) operations += sizes[l - 1] * sizes[l] * (l === 1 ? 4 : 6);
  return operations;
}

/** The 3-4-1 sigmoid network, with its four examples. */
export function smallNet(hebb) {
  const { layers } = hebb;
  const model = hebb.sequential({
    layers: [
      layers.dense({ units: 4, activation: 'sigmoid', inputShape: [3] }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
  model.compile({ optimizer: hebb.train.sgd(1), loss: 'sumOfSquaredErrors' });
  const x = hebb.tensor2d([
    [0, 0, 1],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 1],
  ]);
  const y = hebb.tensor2d([[0], [1], [1], [0]]);
  return { model, x, y };
}

/** MNIST, or, where it is not to be had, noise of its shape, on which everything takes as long. */
export async function mnistData(hebb) {
  try {
    return { ...(await hebb.datasets.mnist()), real: true };
  } catch (error) {
    if (error.name !== 'DatasetUnavailableError') throw error;
    console.error('MNIST is not to be had here: measuring on noise of its shape, without accuracy.');
    const set = (count) => ({
      images: hebb.randomUniform([count, 28, 28], 0, 256, 'int32', 1).cast('uint8'),
      labels: hebb.randomUniform([count], 0, 10, 'int32', 2),
    });
    return { train: set(60_000), test: set(10_000), real: false };
  }
}

/** Whether `model.compile` knows `precision`: it does if it takes 'bf16' and refuses nonsense. */
export function hasBfloat16(hebb) {
  const accepts = (precision) => {
    try {
      mnistModel(hebb, { hidden: 4, compile: { precision } });
      return true;
    } catch {
      return false;
    }
  };
  return accepts('bf16') && !accepts('nonsense');
}
