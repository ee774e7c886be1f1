// `hebb predict`: what it is and takes. Its code is in predict.ts.

import type { Description } from './command.js';
import { choice, flag } from './options.js';
import { computing } from './shared-options.js';

const options = {
  inverted: choice(['yes', 'no'], {
    help: 'PNG: whether ink is dark on light paper',
    fallback: null,
    fallbackHelp: 'recognised',
  }),
  header: choice(['yes', 'no'], {
    help: 'CSV: whether the first row has names',
    fallback: null,
    fallbackHelp: 'recognised',
  }),
  ...computing,
  json: flag('write a line of JSON for each prediction to stdout, and nothing else'),
};

/** `hebb predict` */
export const describePredict = {
  name: 'predict',
  summary: 'says what a saved model makes of pictures or rows',
  words: 'MODEL INPUT...',
  maximumWords: Infinity,
  wordsHelp: [
    ['MODEL', 'what hebb train --save wrote, or the directory of a model of TensorFlow.js'],
    ['INPUT', 'FILE.png: a picture, of any size, dark on light or light on dark'],
    ['', 'FILE.csv: rows, with or without a header and the column to predict'],
    ['', '5.1,3.5,red: one row'],
  ],
  options,
  examples: [
    ['hebb predict digits.safetensors seven.png', ''],
    ['hebb predict houses.safetensors new-houses.csv --json', 'a line for each row'],
    ['hebb predict houses.safetensors 120,4,Ulm', ''],
  ],
} as const satisfies Description<typeof options>;
