// What benchmark parts share: medians, forced collections, child processes.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Median of numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
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

/** Three significant digits, as a number. */
export function round(value) {
  return Number(value.toPrecision(3));
}

/** Runs a script of bench/ in a fresh Node and parses the JSON that it prints. */
export function inChild(script, { args = [], flags = [], env = {} } = {}) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const out = execFileSync(process.execPath, [...flags, path, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
  });
  return JSON.parse(out.trim().split('\n').at(-1));
}

/** The network of the MNIST texts: Dense(512, relu), Dense(10, softmax), RMSprop. */
export function mnistModel(hebb) {
  const model = hebb.sequential({
    layers: [
      hebb.layers.flatten({ inputShape: [28, 28] }),
      hebb.layers.rescaling({ scale: 1 / 255 }),
      hebb.layers.dense({ units: 512, activation: 'relu' }),
      hebb.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: 'rmsprop', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}
