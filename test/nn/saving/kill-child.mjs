// A training run that is killed again and again by kill.test.ts. Arguments: the library's index.js, the directory of the
// checkpoints, and as JSON how to save. Says `ready` before it trains, and at its end the digest of all that was trained.

import { createHash } from 'node:crypto';

const [library, directory, how] = process.argv.slice(2);
const { callbacks, layers, sequential, setSeed, tensor, randomUniform } = await import(library);
const { saves, filepath, ...options } = JSON.parse(how);

setSeed(3);
const model = sequential({
  layers: [
    layers.dense({ units: 6, activation: 'relu', inputShape: [3], name: 'a' }),
    layers.dropout({ rate: 0.25, name: 'b' }),
    layers.dropout({ rate: 0.1, seed: 4, name: 'c' }),
    layers.dense({ units: 1, name: 'd' }),
  ],
});
model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
const x = tensor(
  Float32Array.from({ length: 19 * 3 }, (_, i) => Math.sin(i)),
  [19, 3],
);
const y = tensor(
  Float32Array.from({ length: 19 }, (_, i) => Math.cos(i)),
  [19, 1],
);
if (saves) await model.resumeFrom(directory);
console.log('ready');
await model.fit(x, y, {
  epochs: 40,
  batchSize: 4,
  callbacks: saves ? callbacks.modelCheckpoint({ filepath: `${directory}/${filepath}`, ...options }) : [],
});
const hash = createHash('sha256');
for (const variable of [...model.weights, ...model.optimizer.variables]) hash.update(variable.dataSync());
for (const layer of model.layers) for (const { state } of layer.generators) hash.update(state.dataSync());
// The next random numbers tell where the default generator stands.
hash.update(randomUniform([4]).dataSync());
console.log(hash.digest('hex'));
