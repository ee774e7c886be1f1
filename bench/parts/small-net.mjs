// The texts' 3-4-1 sigmoid network: 1,500 full-batch steps of one `fit`, after a first `fit`.

import { medianTime, round, smallNet, variants, where } from '../measure.mjs';

const goals = { native: 1, wasm: 1, js: 5 };

export default async function smallNetPart(context) {
  const { hebb } = context;
  const rows = [];
  for (const variant of variants(hebb, context)) {
    variant.use();
    const { model, x, y } = smallNet(hebb);
    const fit = () => model.fit(x, y, { epochs: 1500, batchSize: 4 });
    const value = await medianTime(fit, { runs: context.quick ? 9 : 31, warm: 10 });
    rows.push({
      work: '3-4-1, 1,500 steps',
      ...where(variant),
      value: round(value),
      unit: 'ms',
      goal: { most: goals[variant.backend] },
    });
  }
  return rows;
}
