// What one sample costs through 784-512-10, from an array of numbers to an array of numbers: in a tight loop, and awaited.

import { median, mnistModel, round, variants, where } from '../measure.mjs';

/** Median microseconds of a call, over groups of `calls`. */
async function microseconds(work, calls, groups) {
  const times = [];
  for (let g = -2; g < groups; g++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) await work();
    if (g >= 0) times.push(((performance.now() - start) * 1000) / calls);
  }
  return median(times);
}

function microsecondsSync(work, calls, groups) {
  const times = [];
  for (let g = -2; g < groups; g++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) work();
    if (g >= 0) times.push(((performance.now() - start) * 1000) / calls);
  }
  return median(times);
}

export default async function predict(context) {
  const { hebb, quick } = context;
  const pixels = new Float32Array(784).fill(100);
  const rows = [];
  for (const variant of variants(hebb, context)) {
    variant.use();
    const model = mnistModel(hebb);
    const calls = variant.backend === 'native' ? 500 : 100;
    const groups = quick ? 5 : 15;
    const input = () => hebb.tensor(pixels, [1, 28, 28]);
    const row = (work, value) =>
      rows.push({
        work,
        ...where(variant),
        value: round(value),
        unit: 'us',
        goal: variant.backend === 'native' ? { most: 40 } : undefined,
      });
    row(
      'predict one sample, tight loop',
      microsecondsSync(() => model.predict(input()).dataSync(), calls, groups),
    );
    row(
      'predict one sample, awaited',
      await microseconds(async () => (await model.predictAsync(input())).dataSync(), calls, groups),
    );
  }
  return rows;
}
