// `hebb evaluate`: what it is and takes. Its code is in evaluate.ts.

import type { Description } from './command.js';
import { choice, flag } from './options.js';
import { computing } from './shared-options.js';

const options = {
  header: choice(['yes', 'no'], {
    help: 'CSV: whether the first row has names',
    fallback: null,
    fallbackHelp: 'recognised',
  }),
  ...computing,
  json: flag('write one JSON object to stdout, and nothing else'),
};

/** `hebb evaluate` */
export const describeEvaluate = {
  name: 'evaluate',
  summary: 'tests a saved model',
  words: 'MODEL [DATA]',
  maximumWords: 2,
  wordsHelp: [
    ['MODEL', 'what hebb train --save wrote, or the directory of a model of TensorFlow.js'],
    ['DATA', 'mnist, fashion-mnist or digits: its test images (default: those it was trained for)'],
    ['', 'FILE.csv: a table with the column to predict'],
  ],
  options,
  examples: [
    ['hebb evaluate digits.safetensors', 'on the test images of its data set'],
    ['hebb evaluate houses.safetensors other-houses.csv', ''],
  ],
} as const satisfies Description<typeof options>;
