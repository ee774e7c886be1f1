// 784-2048-2048-10, Adam, batch 256: speed of training as GFLOP/s of the products alone, and as a share of peak.

import {
  interleavedTraining,
  mnistData,
  round,
  trainingOperations,
  variants,
  where,
  wideModel,
} from '../measure.mjs';
import { peak } from '../loops.mjs';

const operations = trainingOperations(784, 2048, 2048, 10);
const batch = 256;
const stepsOf = { native: 16, wasm: 4, js: 1 };

export default async function wide(context) {
  const { hebb } = context;
  const { train } = await mnistData(hebb);
  const list = variants(hebb, context).filter((v) => v.backend !== 'js' || !context.quick);
  const seconds = await interleavedTraining(list, context, ({ backend }) => {
    const count = batch * stepsOf[backend];
    const model = wideModel(hebb);
    const [x, y] = [train.images.slice([0], [count]), train.labels.slice([0], [count])];
    return () => model.fit(x, y, { batchSize: batch, epochs: 1 });
  });
  return list.map((variant, i) => {
    const rate = (operations * batch * stepsOf[variant.backend]) / seconds[i];
    const top = variant.backend === 'native' ? peak('float32', variant.threads, variant.isa) : null;
    return {
      work: '784-2048-2048-10, Adam, batch 256',
      ...where(variant),
      value: round(rate / 1e9),
      unit: 'GFLOP/s',
      ofPeak: top ? round(rate / top) : undefined,
      goal: top ? { least: round((0.75 * top) / 1e9) } : undefined,
    };
  });
}
