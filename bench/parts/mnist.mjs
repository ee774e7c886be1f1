// MNIST 784-512-10, RMSprop, batch 128: seconds an epoch of 60,000 on each backend, with the event loop idle and 20 % busy,
// with bfloat16 products, and the accuracy after 5 epochs.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { hasBfloat16, median, mnistData, mnistModel, round, variants, where, widest } from '../measure.mjs';

/** Most seconds an epoch with all threads. */
const goals = { native: 0.5, 'relaxed-simd': 1.1, simd: 1.6, js: 30 };

/**
 * Trains and measures each epoch but the first, which traces (of the TypeScript backend, as it is slow, the only one).
 * @returns median seconds an epoch, and the model
 */
async function train(hebb, data, epochs, compile = {}, seed = 1) {
  hebb.setSeed(seed);
  const model = mnistModel(hebb, { compile });
  const times = [];
  let started = 0;
  await model.fit(data.train.images, data.train.labels, {
    epochs,
    batchSize: 128,
    callbacks: {
      onEpochBegin: () => void (started = performance.now()),
      onEpochEnd: () => void times.push((performance.now() - started) / 1000),
    },
  });
  return { seconds: median(times.length > 1 ? times.slice(1) : times), model };
}

async function accuracyOf(model, { test }) {
  const [, accuracy] = await model.evaluateAsync(test.images, test.labels, { batchSize: 500 });
  return accuracy.dataSync()[0];
}

/** Keeps this thread busy for 2 of every 10 ms; call what it returns to stop. */
function busyLoop() {
  const timer = setInterval(() => {
    const end = performance.now() + 2;
    while (performance.now() < end);
  }, 10);
  return () => clearInterval(timer);
}

export default async function mnist(context) {
  const { hebb, quick } = context;
  const data = await mnistData(hebb);
  // The TypeScript backend takes its time: a quick run reckons its epoch from a tenth of it.
  const part = quick ? 6000 : 60_000;
  const tenth = {
    train: { images: data.train.images.slice([0], [part]), labels: data.train.labels.slice([0], [part]) },
  };
  const list = variants(hebb, context);
  const wide = widest(list);
  const rows = [];
  const row = (work, variant, value, unit, goal) =>
    rows.push({ work, ...where(variant), value: unit ? round(value) : Number(value.toFixed(4)), unit, goal });

  const rounds = quick ? 1 : 2;
  const times = new Map(list.map((v) => [v, []]));
  for (let r = 0; r < rounds; r++) {
    for (const variant of list) {
      variant.use();
      if (variant.backend === 'js') {
        if (r === 0) times.get(variant).push(((await train(hebb, tenth, 1)).seconds * 60_000) / part);
        continue;
      }
      const epochs = quick || variant.backend === 'wasm' ? 2 : 4;
      times.get(variant).push((await train(hebb, data, epochs)).seconds);
    }
  }
  for (const variant of list) {
    const most = wide.includes(variant) ? (goals[variant.backend] ?? goals[variant.isa]) : undefined;
    const work = quick && variant.backend === 'js' ? 'one epoch, reckoned from a tenth' : 'one epoch';
    row(work, variant, median(times.get(variant)), 's', most && { most });
  }

  const native = wide.find((v) => v.backend === 'native');
  if (!native) return rows;
  native.use();
  const stop = busyLoop();
  const { seconds } = await train(hebb, data, quick ? 2 : 5);
  stop();
  row('one epoch, event loop 20 % busy', native, seconds, 's', { most: 0.7 });

  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await train(hebb, data, quick ? 2 : 5);
  delay.disable();
  // Each reading holds the monitor's own timer of 1 ms.
  row('event-loop delay while training, p99', native, delay.percentile(99) / 1e6 - 1, 'ms', { most: 5 });

  const bfloat16 = hasBfloat16(hebb);
  const precision = { precision: 'bf16' };
  if (bfloat16)
    row(
      'one epoch, bfloat16 products',
      native,
      (await train(hebb, data, quick ? 2 : 5, precision)).seconds,
      's',
      { most: 0.35 },
    );
  if (!data.real || quick) return rows;

  const accuracies = { full: [], bfloat16: [] };
  for (const seed of [1, 2, 3]) {
    accuracies.full.push(await accuracyOf((await train(hebb, data, 5, {}, seed)).model, data));
    if (bfloat16)
      accuracies.bfloat16.push(await accuracyOf((await train(hebb, data, 5, precision, seed)).model, data));
  }
  const full = median(accuracies.full);
  row('test accuracy after 5 epochs', native, full, '', { least: 0.978 });
  if (bfloat16)
    row('the same, bfloat16 products', native, median(accuracies.bfloat16), '', { least: full - 0.002 });
  return rows;
}
