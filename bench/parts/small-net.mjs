// The texts' 3-4-1 sigmoid network: 1,500 full-batch steps of one `fit`, after a first `fit`.

import { medianTime, round } from '../measure.mjs';

const goals = { native: '<= 2 ms', wasm: '<= 2 ms', js: '<= 10 ms' };

export default async function smallNet({ hebb, backends }) {
  const rows = [];
  for (const backend of backends) {
    hebb.setBackend(backend);
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
    const fit = () => model.fit(x, y, { epochs: 1500, batchSize: 4 });
    const value = await medianTime(fit, { runs: 15, warm: 5 });
    rows.push({
      work: `3-4-1, 1,500 steps, ${backend}`,
      value: round(value),
      unit: 'ms',
      goal: goals[backend],
    });
  }
  return rows;
}
