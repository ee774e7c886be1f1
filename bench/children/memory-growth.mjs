// In a fresh process, with --expose-gc: growth of the resident set in MB.

import * as hebb from 'hebb';

hebb.setBackend(process.argv[2]);
const megabytes = () => {
  for (let i = 0; i < 4; i++) globalThis.gc();
  return process.memoryUsage.rss() / 2 ** 20;
};

const a = hebb.tensor1d([1, 2, 3, 4]);
const loop = (count) => {
  let x = a;
  for (let i = 0; i < count; i++) x = hebb.add(x, a);
  return x;
};
loop(100_000);
const before = megabytes();
loop(1_000_000);
const ops = megabytes() - before;

const { train } = await hebb.datasets.digits({ count: 2000, seed: 1 });
const model = hebb.sequential({
  layers: [
    hebb.layers.flatten({ inputShape: [28, 28] }),
    hebb.layers.rescaling({ scale: 1 / 255 }),
    hebb.layers.dense({ units: 64, activation: 'relu' }),
    hebb.layers.dense({ units: 10, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: 'rmsprop', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
let tenth = 0;
await model.fit(train.images, train.labels, {
  epochs: 50,
  batchSize: 128,
  callbacks: { onEpochEnd: (epoch) => void (epoch === 9 && (tenth = megabytes())) },
});
console.log(JSON.stringify({ epochs: megabytes() - tenth, ops }));
