// How the time of a training step grows with the batch (1 to 4,096) and with the hidden layer (64 to 4,096).

import {
  median,
  mnistData,
  mnistModel,
  round,
  trainingOperations,
  variants,
  where,
  widest,
} from '../measure.mjs';

const batches = [1, 4, 16, 64, 256, 1024, 4096];
const widths = [64, 128, 256, 512, 1024, 2048, 4096];

/** Median microseconds of a sample in `fit`. */
async function perSample({ hebb, quick }, { train }, batch, hidden) {
  const model = mnistModel(hebb, { hidden });
  const samples = Math.max(2 * batch, batch <= 4 ? 256 : 1024);
  const [x, y] = [train.images.slice([0], [samples]), train.labels.slice([0], [samples])];
  const times = [];
  for (let r = -1; r < (quick ? 1 : 5); r++) {
    const start = performance.now();
    await model.fit(x, y, { batchSize: batch, epochs: 1 });
    if (r >= 0) times.push(((performance.now() - start) * 1000) / samples);
  }
  model.dispose();
  return median(times);
}

export default async function growth(context) {
  const { hebb } = context;
  const data = await mnistData(hebb);
  const rows = [];
  for (const variant of widest(variants(hebb, context)).filter((v) => v.backend !== 'js')) {
    variant.use();
    let before = Infinity;
    for (const batch of batches) {
      const time = await perSample(context, data, batch, 512);
      rows.push({
        work: `784-512-10, batch ${batch}, a sample`,
        ...where(variant),
        series: 'batch',
        x: batch,
        value: round(time),
        unit: 'us',
        // No slower a sample than the smaller batch, but for what two measurements differ by.
        goal: { most: round(before * 1.1) },
      });
      before = time;
    }
    before = Infinity;
    for (const hidden of widths) {
      const time = await perSample(context, data, 128, hidden);
      const operations = trainingOperations(784, hidden, 10);
      rows.push({
        work: `784-${hidden}-10, batch 128, a GFLOP`,
        ...where(variant),
        series: 'hidden',
        x: hidden,
        value: round((time / operations) * 1e6),
        unit: 'ms',
        goal: { most: round(before * 1.1) },
      });
      before = (time / operations) * 1e6;
    }
  }
  for (const row of rows) if (row.goal.most === Infinity) delete row.goal;
  return rows;
}
