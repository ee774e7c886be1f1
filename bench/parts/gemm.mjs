// Matrix products: squares, the shapes of training, slivers, float64 and bfloat16, on every backend.

import { gemmCall, kernelRunner, noise } from '../programs.mjs';
import { interleaved, round, variants, warmUp, where } from '../measure.mjs';
import { peak } from '../loops.mjs';

const square = (n) => ({ name: `${n}³`, m: n, n, k: n });
const large = [square(512), square(1024), square(2048)];
const training = [
  { name: '128x512x784, forward', m: 128, n: 512, k: 784 },
  { name: '784x512x128, dW', m: 784, n: 512, k: 128, transposeA: true },
  { name: '128x784x512, dX', m: 128, n: 784, k: 512, transposeB: true },
  square(64),
  square(128),
  square(256),
];
const slivers = [
  { name: '1x512x784', m: 1, n: 512, k: 784 },
  { name: '128x10x512', m: 128, n: 10, k: 512 },
  { name: '64 of 32³', m: 32, n: 32, k: 32, batch: 64 },
];

/** Products for a variant, each with the least share of peak, or speed, that it should have. */
function shapesOf(variant, best) {
  const { backend, isa, threads } = variant;
  if (backend === 'js') return [{ ...square(256), least: 4 }];
  if (backend === 'wasm') {
    const least = {
      'relaxed-simd': threads > 1 ? 95 : 50,
      simd: threads > 1 ? undefined : 42,
      revectorized: threads > 1 ? undefined : 95,
    }[isa];
    return [square(512), square(1024)].map((s) => ({ ...s, least })).concat(training.slice(0, 3));
  }
  if (!best) return threads === 1 ? [{ ...square(512), share: 0.85 }] : [];
  return [
    ...large.map((s) => ({ ...s, share: 0.93 })),
    ...training.map((s) => ({ ...s, share: threads === 1 ? 0.85 : undefined })),
    ...slivers,
    { ...square(1024), name: '1024³, float64', dtype: 'float64', share: 0.9 },
    { ...square(1024), name: '1024³, bfloat16', precision: 'bfloat16', timesFloat: 1.7 },
  ];
}

/** Rough operations a second, which decide how often a run repeats the product. */
const guesses = { native: 5e10, wasm: 2e10, js: 2e9 };

function runnerOf(variant, shape) {
  const { m, n, k, batch = 1, dtype = 'float32' } = shape;
  const operations = 2 * m * n * k * batch;
  const turns = Math.max(1, Math.round((guesses[variant.backend] * 0.004) / operations));
  const buffer = (length, access, data) => ({ dtype, length, access, data });
  const runner = kernelRunner(
    variant.make(),
    gemmCall(shape),
    [
      buffer(batch * m * k, 'read', noise(batch * m * k, dtype)),
      buffer(batch * k * n, 'read', noise(batch * k * n, dtype)),
      buffer(batch * m * n, 'write'),
    ],
    turns,
  );
  return { ...runner, operations: operations * turns };
}

export default function gemm(context) {
  const list = variants(context.hebb, { ...context, all: true });
  const bestIsa = list.find((v) => v.backend === 'native')?.isa;
  const rows = [];
  for (const variant of list) {
    const native = variant.backend === 'native';
    for (const shape of shapesOf(variant, variant.isa === bestIsa)) {
      const { run, release, operations } = runnerOf(variant, shape);
      if (native) run();
      else warmUp(run);
      const seconds = interleaved(
        { run },
        context.quick ? { rounds: 1, seconds: 0.05 } : { rounds: 3, seconds: 0.1 },
      ).run;
      release();
      const rate = operations / seconds;
      // Half of peak for bfloat16 would be the float32 peak: its goal is stated in that.
      const top = native ? peak(shape.dtype ?? 'float32', variant.threads, variant.isa) : null;
      const share = shape.share ?? shape.timesFloat;
      rows.push({
        work: `gemm ${shape.name}`,
        ...where(variant),
        value: round(rate / 1e9),
        unit: 'GFLOP/s',
        ofPeak: top ? round(rate / top) : undefined,
        goal: shape.least
          ? { least: shape.least }
          : share && top
            ? { least: round((share * top) / 1e9) }
            : undefined,
      });
    }
  }
  return rows;
}
