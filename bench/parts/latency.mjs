// What small things cost: an eager op, import to first result, the first trace of the MNIST step.

import { inChild, median, medianTime, round, variants, where } from '../measure.mjs';

const count = 20_000;

export default async function latency(context) {
  const { hebb, backends, quick } = context;
  const rows = [];
  for (const variant of variants(hebb, { ...context, threads: [1] })) {
    variant.use();
    const a = hebb.tensor1d([1, 2, 3, 4]);
    const b = hebb.tensor1d([5, 6, 7, 8]);
    const loop = () => {
      for (let i = 0; i < count; i++) hebb.add(a, b);
    };
    const time = await medianTime(loop, { runs: quick ? 5 : 9, warm: 3 });
    const goal = variant.backend === 'native' ? { most: 2 } : undefined;
    rows.push({
      work: 'eager add of 4 elements',
      ...where(variant),
      value: round((time * 1000) / count),
      unit: 'us',
      goal,
    });
  }
  for (const backend of backends) {
    const times = Array.from({ length: quick ? 3 : 7 }, () =>
      inChild('./children/first-result.mjs', { args: [backend] }),
    );
    const native = backend === 'native';
    const row = (work, value, most) =>
      rows.push({
        work,
        backend,
        label: backend,
        value: round(value),
        unit: 'ms',
        goal: native ? { most } : undefined,
      });
    row('import to first result', median(times.map((t) => t.first)), 300);
    row('first trace of the MNIST step', median(times.map((t) => t.trace)), 30);
  }
  return rows;
}
