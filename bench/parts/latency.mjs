// What small things cost: an eager op, the first trace of the MNIST step, import to first result, the event loop while
// training.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { inChild, median, medianTime, mnistModel, round } from '../measure.mjs';

export default async function latency({ hebb, backends }) {
  const rows = [];
  for (const backend of backends) {
    hebb.setBackend(backend);
    const a = hebb.tensor1d([1, 2, 3, 4]);
    const b = hebb.tensor1d([5, 6, 7, 8]);
    const count = 20000;
    const time = await medianTime(
      () => {
        for (let i = 0; i < count; i++) hebb.add(a, b);
      },
      { runs: 9, warm: 3 },
    );
    const goal = backend === 'native' ? '<= 2 us' : undefined;
    rows.push({
      work: `eager add of 4 elements, ${backend}`,
      value: round((time * 1000) / count),
      unit: 'us',
      goal,
    });
  }
  for (const backend of backends) {
    const times = Array.from({ length: 5 }, () => inChild('./first-result.mjs', { args: [backend] }));
    const goal = backend === 'native' ? '<= 300 ms' : undefined;
    rows.push({
      work: `import to first result, ${backend}`,
      value: round(median(times.map((t) => t.first))),
      unit: 'ms',
      goal,
    });
    const traceGoal = backend === 'native' ? '<= 30 ms' : undefined;
    rows.push({
      work: `first trace of the MNIST step, ${backend}`,
      value: round(median(times.map((t) => t.trace))),
      unit: 'ms',
      goal: traceGoal,
    });
  }
  if (backends.includes('native')) {
    hebb.setBackend('native');
    const { train } = await hebb.datasets.mnist();
    const model = mnistModel(hebb);
    await model.fit(train.images, train.labels, { epochs: 1, batchSize: 128 });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await model.fit(train.images, train.labels, { epochs: 3, batchSize: 128 });
    delay.disable();
    // The monitor's own timer of 1 ms is part of each reading.
    rows.push({
      work: 'event-loop delay while training, p99, native',
      value: round(delay.percentile(99) / 1e6),
      unit: 'ms',
      goal: '<= 10 ms',
    });
  }
  return rows;
}
