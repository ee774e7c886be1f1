// Memory does not grow: RSS after epoch 50 against epoch 10, and over a million eager ops in one synchronous loop.

import { inChild, round } from '../measure.mjs';

export default function memory({ backends }) {
  return backends.flatMap((backend) => {
    const { epochs, ops } = inChild('./children/memory-growth.mjs', {
      flags: ['--expose-gc'],
      args: [backend],
    });
    const row = (work, value) => ({
      work,
      backend,
      label: backend,
      value: round(value),
      unit: 'MB',
      goal: { most: 5 },
    });
    return [row('RSS, epoch 50 less epoch 10', epochs), row('RSS, a million eager ops', ops)];
  });
}
