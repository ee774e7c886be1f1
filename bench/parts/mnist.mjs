// MNIST 784-512-10, RMSprop, batch 128: seconds an epoch on each backend, and accuracy after 5 epochs.

import { median, mnistModel, round } from '../measure.mjs';

const goals = { native: '<= 0.7 s', wasm: '<= 3 s', js: '<= 45 s' };

export default async function mnist({ hebb, backends, quick }) {
  const { train, test } = await hebb.datasets.mnist();
  const rows = [];
  for (const backend of backends) {
    hebb.setBackend(backend);
    const slow = backend === 'js';
    const accuracies = [];
    const times = [];
    for (const seed of slow || quick ? [1] : [1, 2, 3]) {
      hebb.setSeed(seed);
      const model = mnistModel(hebb);
      let started = 0;
      await model.fit(train.images, train.labels, {
        epochs: slow ? 1 : quick ? 2 : 5,
        batchSize: 128,
        callbacks: {
          onEpochBegin: () => void (started = performance.now()),
          onEpochEnd: () => void times.push((performance.now() - started) / 1000),
        },
      });
      const [, accuracy] = await model.evaluateAsync(test.images, test.labels, { batchSize: 500 });
      accuracies.push(accuracy.dataSync()[0]);
    }
    rows.push({
      work: `one epoch, ${backend}`,
      value: round(median(times)),
      unit: 's',
      goal: goals[backend],
    });
    if (!slow) {
      const goal = quick ? undefined : '>= 0.978';
      rows.push({
        work: `test accuracy, median, ${backend}`,
        value: Number(median(accuracies).toFixed(4)),
        unit: '',
        goal,
      });
    }
  }
  return rows;
}
