// Memory does not grow: RSS after epoch 50 against epoch 10, and over a million eager ops in one synchronous loop.

import { inChild, round } from '../measure.mjs';

export default function memory({ backends }) {
  return backends.flatMap((backend) => {
    const flags = ['--expose-gc'];
    const { epochs, ops } = inChild('./memory-growth.mjs', { flags, args: [backend] });
    return [
      { work: `RSS, epoch 50 less epoch 10, ${backend}`, value: round(epochs), unit: 'MB', goal: '<= 5 MB' },
      { work: `RSS, a million eager ops, ${backend}`, value: round(ops), unit: 'MB', goal: '<= 5 MB' },
    ];
  });
}
