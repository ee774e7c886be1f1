// `hebb example`: what it is and takes. Its code is in example.ts.

import type { Description } from './command.js';
import { choice, flag, word } from './options.js';
import { computing } from './shared-options.js';

const options = {
  out: word({ value: 'DIR', help: 'where the pictures go', fallback: 'hebb-pictures' }),
  format: choice(['svg', 'png', 'txt'], { help: 'kind of the pictures', fallback: 'svg' }),
  'no-pictures': flag('only what it says, without pictures'),
  quick: flag('less data and fewer steps, for slow backends'),
  dtype: choice(['float32', 'float64'], {
    help: 'what it computes in',
    fallback: null,
    fallbackHelp: "the example's own",
  }),
  ...computing,
};

/** `hebb example` */
export const describeExample = {
  name: 'example',
  summary: 'runs a chapter of "From one neuron to MNIST"',
  words: '[NAME]',
  maximumWords: 1,
  wordsHelp: [
    ['NAME', 'neuron, network-221, two-layer, perceptron, multilayer, hopfield, descent,'],
    ['', 'tensors, mnist, ablation; all: one after the other (default: lists them)'],
  ],
  options,
  examples: [
    ['hebb example neuron', ''],
    ['hebb example hopfield --out pictures', ''],
    ['hebb example mnist --backend js --quick', 'on a slow backend'],
  ],
} as const satisfies Description<typeof options>;
